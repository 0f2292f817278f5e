# shellcheck shell=bash
# Sourced: new certificate authorities for the cluster. Each new root is signed by itself and by the
# old root, so that whatever trusts the old one trusts the new one; leaves are signed by an
# intermediate of the new root. The way of k3s's own contrib/util/rotate-default-ca-certs.sh.

readonly authority_tls=/var/lib/rancher/k3s/server/tls
readonly authority_new=/var/lib/rancher/k3s/server/bramble-rotate-ca
readonly authority_days=7300
readonly authority_kinds="client server request-header etcd/peer etcd/server"

# SHA-256 of the first certificate of a bundle.
authority_of() { openssl x509 -noout -fingerprint -sha256 -in "$1" 2>/dev/null | cut -d = -f 2; }

# The self-signed root of a bundle: the last of k3s's own bundles after a rotation is older still,
# so it is searched for. A bundle that was never rotated is its own root.
# Usage: split_root BUNDLE KEYS ROOT_CERTIFICATE ROOT_KEY
split_root() {
  local part subject issuer count=0 key
  rm -f "$3".part.* "$4".part.*
  awk -v base="$3.part." '/BEGIN CERTIFICATE/ {n++; on = 1} on {print > (base n)} /END CERTIFICATE/ {on = 0}' "$1"
  awk -v base="$4.part." '/BEGIN .*PRIVATE KEY/ {n++; on = 1} on {print > (base n)} /END .*PRIVATE KEY/ {on = 0}' "$2"
  for part in "$3".part.*; do
    subject=$(openssl x509 -noout -subject -nameopt RFC2253 -in "$part" | sed 's/^subject= *//')
    issuer=$(openssl x509 -noout -issuer -nameopt RFC2253 -in "$part" | sed 's/^issuer= *//')
    [[ $subject == "$issuer" ]] || continue
    for key in "$4".part.*; do
      if [[ $(openssl x509 -noout -pubkey -in "$part") == "$(openssl pkey -pubout -in "$key" 2>/dev/null)" ]]; then
        cp "$part" "$3"
        cp "$key" "$4"
        count=1
        break 2
      fi
    done
  done
  rm -f "$3".part.* "$4".part.*
  [[ $count -eq 1 ]] ||
    fail "the root's key of $(basename "$1") is not on this server (an authority of your own?): rotate it by hand, see https://docs.k3s.io/cli/certificate"
}

authority_extensions() {
  cat <<'TEXT'
[ authority ]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
basicConstraints = critical, CA:true
keyUsage = critical, digitalSignature, keyEncipherment, keyCertSign
[ req ]
distinguished_name = none
[ none ]
TEXT
}

# Usage: sign REQUEST CERTIFICATE KEY OUTPUT
sign() {
  openssl x509 -req -sha256 -days "$authority_days" -in "$1" -CA "$2" -CAkey "$3" \
    -set_serial "0x$(openssl rand -hex 16)" -extfile extensions -extensions authority -out "$4" 2>/dev/null
}

make_authority() {
  local kind=$1 stamp=$2 name file
  name=k3s-${kind//\//-}
  file=$authority_new/tls/$kind
  mkdir -p "$(dirname "$file")"
  split_root "$authority_tls/$kind-ca.crt" "$authority_tls/$kind-ca.key" "$file-old.pem" "$file-old.key"
  openssl ecparam -name prime256v1 -genkey -noout -out "$file-root.key"
  openssl ecparam -name prime256v1 -genkey -noout -out "$file-leaf.key"
  openssl req -x509 -new -nodes -sha256 -days "$authority_days" -subj "/CN=$name-root@$stamp" \
    -key "$file-root.key" -config extensions -extensions authority -out "$file-root.pem"
  openssl req -new -nodes -subj "/CN=$name-root@$stamp" -key "$file-root.key" -config extensions -out "$file-root.csr"
  sign "$file-root.csr" "$file-old.pem" "$file-old.key" "$file-crossed.pem"
  openssl req -new -nodes -subj "/CN=$name-ca@$stamp" -key "$file-leaf.key" -config extensions -out "$file-leaf.csr"
  sign "$file-leaf.csr" "$file-root.pem" "$file-root.key" "$file-leaf.pem"
  cat "$file-leaf.pem" "$file-root.pem" "$file-crossed.pem" "$file-old.pem" >"$file-ca.crt"
  cat "$file-leaf.key" "$file-root.key" >"$file-ca.key"
  rm -f "$file"-{old,root,crossed,leaf}.{pem,csr} "$file"-{old,root,leaf}.key
}

make_authorities() {
  local kind stamp
  stamp=$(date +%s)
  rm -rf "$authority_new"
  mkdir -p "$authority_new/tls"
  cd "$authority_new" || fail "no $authority_new"
  authority_extensions >extensions
  for kind in $authority_kinds; do make_authority "$kind" "$stamp"; done
  # Tokens of service accounts signed by the old key stay valid.
  openssl genrsa -traditional -out service.new 2048 2>/dev/null || openssl genrsa -out service.new 2048 2>/dev/null
  cat service.new "$authority_tls/service.key" >tls/service.key
  rm -f service.new extensions
  cd /
  # A run cut off from here on goes on with these, not with a second set.
  say whole >"$authority_new/complete"
  sync
}

# Hands new authorities to the cluster, which refuses them unless the old ones vouch for them.
rotate_authority() {
  local errors
  errors=$(mktemp)
  command -v openssl >/dev/null || fail "openssl is missing: apt-get install openssl"
  [[ -f $authority_new/complete ]] || make_authorities
  /usr/local/bin/k3s certificate rotate-ca --path "$authority_new" >/dev/null 2>"$errors" ||
    fail "k3s did not take the new certificate authorities, and goes on with the old: $(tail -n 1 "$errors")"
  rm -f "$errors"
}

# The new keys are in the datastore now, encrypted.
forget_authority_work() {
  find "$authority_new" -name '*.key' -exec shred -u {} + 2>/dev/null || true
  rm -rf "$authority_new"
}
