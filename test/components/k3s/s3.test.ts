import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { withFolder } from "../../support/folders";
import { runSourced } from "../../support/shell";

/** The examples of Amazon's documentation of Signature Version 4. */
const examples = [
  {
    query: "lifecycle=",
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  {
    query: "max-keys=2&prefix=J",
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
] as const;

const noBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("s3.sh", () => {
  for (const { query, signature } of examples) {
    it(`signs ?${query} as Amazon documents it`, () =>
      withFolder((folder) => {
        writeFileSync(join(folder, "s3-access-key"), "AKIAIOSFODNN7EXAMPLE\n");
        writeFileSync(join(folder, "s3-secret-key"), "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n");
        const { stdout, stderr } = runSourced(
          ["s3.sh"],
          `declare -A off=([region]=us-east-1)
           offhost_dir=${folder}
           s3_authorization GET examplebucket.s3.amazonaws.com / '${query}' ${noBody} 20130524T000000Z`,
          folder,
        );
        assert.equal(
          stdout,
          `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=${signature}`,
          stderr,
        );
      }));
  }

  it("lists what a store tells page by page", () => {
    const row = (key: string, size: number) =>
      `<Contents><Key>home/pi/${key}</Key><ETag>x</ETag><Size>${String(size)}</Size></Contents>`;
    const page = (truncated: boolean, rows: readonly string[]) =>
      `<ListBucketResult><IsTruncated>${String(truncated)}</IsTruncated>${rows.join("\n")}</ListBucketResult>`;
    const { stdout, stderr } = runSourced(
      ["s3.sh"],
      `declare -A off=([prefix]=home/pi)
       offhost_work=$(mktemp -d)
       s3_request() {
         case $3 in
           'list-type=2&prefix=home%2Fpi%2Fa.') echo '${page(true, [row("a.1", 1), row("a.2", 22)])}' ;;
           *'&start-after=home%2Fpi%2Fa.2') echo '${page(false, [row("a.3", 333)])}' ;;
         esac >"$4"
       }
       s3_list a.
       rm -r "$offhost_work"`,
      "/nonexistent",
    );
    assert.equal(stdout, "1 a.1\n22 a.2\n333 a.3\n", stderr);
  });
});
