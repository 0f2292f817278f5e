import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { accessEntry } from "../../../operations/ssh/journal";
import { issueCertificate } from "../../../operations/ssh/certificate";
import { withFolder } from "../../support/folders";

function makeKey(file: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "me@laptop", "-f", file]);
}

/** Folders in memory that hold keys for a moment. */
function leftBehind(): string[] {
  const memory = "/dev/shm";
  return existsSync(memory)
    ? readdirSync(memory).filter((name) => name.startsWith("bramble-"))
    : [];
}

describe("a certificate for a person's key", () => {
  it("says who, for how long and as which user, and ends by itself", () =>
    withFolder(async (folder) => {
      const authority = join(folder, "authority");
      const key = join(folder, "id_ed25519");
      makeKey(authority);
      makeKey(key);
      const before = leftBehind();
      const { file, serial, until } = await issueCertificate({
        ...{ stack: "home", hours: 8, principals: ["pi", "admin"], records: folder },
        authority: readFileSync(authority, "utf8").trim(),
        publicKey: `${key}.pub`,
      });
      assert.equal(file, `${key}-cert.pub`);
      const shown = execFileSync("ssh-keygen", ["-L", "-f", file], { encoding: "utf8" });
      assert.match(shown, /Type: ssh-ed25519-cert-v01@openssh\.com user certificate/);
      assert.match(shown, /Key ID: "home:/);
      assert.match(shown, new RegExp(`Serial: ${serial}\\n`));
      assert.match(shown, /Principals: \n +pi\n +admin\n/);
      assert.ok(Math.abs(until.getTime() - Date.now() - 8 * 3_600_000) < 60_000);
      assert.deepEqual(leftBehind(), before);
    }));

  it("is noted without any key", () =>
    withFolder(async (folder) => {
      const authority = join(folder, "authority");
      const key = join(folder, "id_ed25519");
      makeKey(authority);
      makeKey(key);
      for (const hours of [1, 2]) {
        await issueCertificate({
          ...{ stack: "home", hours, principals: ["pi"], records: folder },
          authority: readFileSync(authority, "utf8"),
          publicKey: `${key}.pub`,
        });
      }
      const text = readFileSync(join(folder, "home", "access.jsonl"), "utf8");
      const entries = text
        .trim()
        .split("\n")
        .map((line) => accessEntry.parse(JSON.parse(line)));
      assert.equal(entries.length, 2);
      assert.deepEqual(entries[0]?.principals, ["pi"]);
      const body = readFileSync(`${key}.pub`, "utf8").split(" ")[1] ?? "";
      assert.ok(!text.includes(body));
      assert.ok(!text.includes("PRIVATE"));
    }));

  it("names the missing key and the authority that is none", () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, "x"));
      const key = join(folder, "id_ed25519");
      const request = { stack: "home", hours: 1, principals: ["pi"], records: folder };
      await assert.rejects(
        issueCertificate({ ...request, authority: "none", publicKey: `${key}.pub` }),
        /id_ed25519\.pub: make a key with ssh-keygen/,
      );
      makeKey(key);
      await assert.rejects(
        issueCertificate({ ...request, authority: "secret words", publicKey: `${key}.pub` }),
        (error: Error) =>
          error.message.startsWith("ssh-keygen issued no certificate") &&
          !error.message.includes("secret words"),
      );
      assert.ok(!existsSync(join(folder, "home")));
    }));
});
