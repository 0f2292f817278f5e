# shellcheck shell=bash
# shellcheck disable=SC2154 # lib.sh and who sources this assign the rest
# Sourced: signed requests to an S3-compatible store. Needs lib.sh and the settings of offhost.sh.
#
# The signature (AWS Signature Version 4) is made here: curl learned it late and openssl takes keys
# as arguments only. No key leaves this shell; curl gets its headers by standard input.
# @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html

to_hex() { od -An -v -tx1 | tr -d ' \n'; }

# Prints the bytes that hexadecimal digits stand for.
from_hex() {
  local hex=$1 text="" i
  for ((i = 0; i < ${#hex}; i += 2)); do text+="\\x${hex:i:2}"; done
  printf '%b' "$text"
}

digest() { sha256sum | cut -d ' ' -f 1; }

# Key and result in hexadecimal, so that no byte is lost in a variable. Usage: hmac KEY TEXT
hmac() {
  local key=$1 inner="" outer="" i part
  [[ ${#key} -le 128 ]] || key=$(from_hex "$key" | digest)
  while [[ ${#key} -lt 128 ]]; do key+=00; done
  for ((i = 0; i < 128; i += 2)); do
    printf -v part '%02x' $((16#${key:i:2} ^ 0x36))
    inner+=$part
    printf -v part '%02x' $((16#${key:i:2} ^ 0x5c))
    outer+=$part
  done
  inner=$({ from_hex "$inner" && printf '%s' "$2"; } | digest)
  { from_hex "$outer" && from_hex "$inner"; } | digest
}

# The Authorization header. Usage: s3_authorization METHOD HOST PATH QUERY BODY_DIGEST TIME
s3_authorization() {
  local day=${6%T*} scope canonical key signed='host;x-amz-content-sha256;x-amz-date'
  scope=$day/${off[region]}/s3/aws4_request
  canonical=$(printf '%s\n%s\n%s\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\n\n%s\n%s' \
    "$1" "$3" "$4" "$2" "$5" "$6" "$signed" "$5")
  key=$(hmac "$(printf 'AWS4%s' "$(<"$offhost_dir/s3-secret-key")" | to_hex)" "$day")
  key=$(hmac "$key" "${off[region]}")
  key=$(hmac "$key" s3)
  key=$(hmac "$key" aws4_request)
  printf 'AWS4-HMAC-SHA256 Credential=%s/%s,SignedHeaders=%s,Signature=%s' \
    "$(<"$offhost_dir/s3-access-key")" "$scope" "$signed" \
    "$(hmac "$key" "$(printf 'AWS4-HMAC-SHA256\n%s\n%s\n%s' "$6" "$scope" "$(printf '%s' "$canonical" | digest)")")"
}

# One request; what the store answers goes to a file.
# Usage: s3_request METHOD KEY QUERY ANSWER [UPLOAD]
s3_request() {
  local method=$1 path=/$2 query=$3 answer=$4 upload=${5:-} scheme host body now status
  scheme=${off[endpoint]%%://*}
  host=${off[endpoint]#*://}
  host=${host%/}
  if [[ ${off[pathStyle]} == true ]]; then path=/${off[bucket]}$path; else host=${off[bucket]}.$host; fi
  body=$(digest <"${upload:-/dev/null}")
  now=$(date -u +%Y%m%dT%H%M%SZ)
  status=$({
    printf 'request = "%s"\nurl = "%s://%s%s%s"\noutput = "%s"\n' \
      "$method" "$scheme" "$host" "$path" "${query:+?$query}" "$answer"
    printf 'header = "Authorization: %s"\n' "$(s3_authorization "$method" "$host" "$path" "$query" "$body" "$now")"
    printf 'header = "Host: %s"\nheader = "x-amz-content-sha256: %s"\nheader = "x-amz-date: %s"\nheader = "Expect:"\n' \
      "$host" "$body" "$now"
    [[ -z $upload ]] || printf 'upload-file = "%s"\n' "$upload"
  } | curl --config - --silent --show-error --retry 3 --retry-connrefused --connect-timeout 20 \
    --write-out '%{http_code}') || fail "${off[endpoint]} could not be reached: see k3s.snapshots.offHost.s3 and the network"
  [[ $status == 2* ]] ||
    fail "${off[endpoint]} answered $method of $path with $status $(sed -n 's#.*<Code>\([A-Za-z]*\)</Code>.*#\1#p' "$answer" 2>/dev/null): see bucket and region under k3s.snapshots.offHost.s3, the secrets snapshotS3AccessKey and snapshotS3SecretKey, and this host's clock"
}

s3_key() { printf '%s%s' "${off[prefix]:+${off[prefix]%/}/}" "$1"; }

s3_put() { s3_request PUT "$(s3_key "$2")" "" "$offhost_work/answer" "$1"; }
s3_get() { s3_request GET "$(s3_key "$1")" "" "$2"; }
s3_delete() { s3_request DELETE "$(s3_key "$1")" "" "$offhost_work/answer"; }

s3_list() {
  local prefix after="" query answer=$offhost_work/listing
  prefix=$(s3_key "$1")
  while true; do
    query="list-type=2&prefix=${prefix//\//%2F}${after:+&start-after=${after//\//%2F}}"
    s3_request GET "" "$query" "$answer"
    # Without the last newline the first row of the next page would land on the last line.
    { tr -d '\n' <"$answer" && echo; } | sed 's#<Contents>#\n<Contents>#g' |
      sed -n 's#^<Contents>.*<Key>\([^<]*/\)\{0,1\}\([^</]*\)</Key>.*<Size>\([0-9]*\)</Size>.*#\3 \2#p'
    grep -q '<IsTruncated>true</IsTruncated>' "$answer" || break
    after=$(tr -d '\n' <"$answer" | sed 's#<Key>#\n<Key>#g' | sed -n 's#^<Key>\([^<]*\)</Key>.*#\1#p' | tail -n 1)
  done
}
