import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { withFolder } from "../../support/folders";
import { runSourced } from "../../support/shell";

/** A snapshot as etcd writes it: pages of 512 bytes, then the digest of them. */
function snapshot(): Buffer {
  const pages = randomBytes(512 * 200);
  return Buffer.concat([pages, createHash("sha256").update(pages).digest()]);
}

/** The archive k3s makes of a snapshot: sizes come after the data and in the directory alone. */
function zipped(content: Buffer): Buffer {
  const name = Buffer.from("etcd-snapshot");
  const packed = deflateRawSync(content);
  const sums = Buffer.alloc(12);
  sums.writeUInt32LE(crc32(content), 0);
  sums.writeUInt32LE(packed.length, 4);
  sums.writeUInt32LE(content.length, 8);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(8, 6);
  header.writeUInt16LE(8, 8);
  header.writeUInt16LE(name.length, 26);
  const body = Buffer.concat([header, name, packed, Buffer.from("504b0708", "hex"), sums]);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  sums.copy(entry, 16);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, entry, name, end]);
}

function flipped(content: Buffer, at: number): Buffer {
  const copy = Buffer.from(content);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

const good = snapshot();
const archive = zipped(good);
const cases = [
  ["a whole snapshot", "snapshot", good, true],
  ["a whole archive", "snapshot.zip", archive, true],
  ["a snapshot with one wrong bit", "snapshot", flipped(good, 5000), false],
  ["an archive with one wrong bit", "snapshot.zip", flipped(archive, 5000), false],
  ["an archive of a damaged snapshot", "snapshot.zip", zipped(flipped(good, 5000)), false],
  ["half a snapshot", "snapshot", good.subarray(0, 51_232), false],
  ["half an archive", "snapshot.zip", archive.subarray(0, 50_000), false],
  ["an empty file", "snapshot", Buffer.alloc(0), false],
  ["an empty archive", "snapshot.zip", Buffer.alloc(0), false],
] as const;

describe("snapshots.sh", () => {
  for (const [title, name, content, expected] of cases) {
    it(`takes ${title} for ${expected ? "good" : "damaged"}`, () =>
      withFolder((folder) => {
        const file = join(folder, name);
        writeFileSync(file, content);
        const { stdout, stderr } = runSourced(
          ["snapshots.sh"],
          `if is_good ${file}; then say good; else say damaged; fi`,
          folder,
        );
        assert.equal(stdout, expected ? "good\n" : "damaged\n", stderr);
      }));
  }
});
