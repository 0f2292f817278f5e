import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  gitToken,
  listsBranches,
  sshRepository,
} from "../../../../operations/secrets/rotate/proofs/git";
import type { ProofContext } from "../../../../operations/secrets/rotate/proof";
import { parseConfig } from "../../../../config/parse";
import { withFolder } from "../../../support/folders";
import { makeSshKey, needsOpenSsh } from "../../../support/openSsh";
import { existingCluster } from "../../../support/program";

/** A server of which Git would list branches, at another path than it was asked at. */
async function gitServer<T>(work: (base: string) => Promise<T>): Promise<T> {
  const known = `Basic ${Buffer.from("git:canary-token").toString("base64")}`;
  const server = createServer(({ url = "", headers }, response) => {
    if (url.startsWith("/me/home/")) {
      response.writeHead(301, { location: url.replace("/me/home/", "/me/home.git/") }).end();
    } else if (url.startsWith("/page/")) {
      response.writeHead(200, { "Content-Type": "text/html" }).end("log in");
    } else if (headers.authorization !== known) response.writeHead(401).end();
    else {
      const type = "application/x-git-upload-pack-advertisement";
      response.writeHead(200, { "Content-Type": type }).end("001e# service=git-upload-pack\n");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.close();
  }
}

function contextFor(repository: string): ProofContext {
  const { draft } = parseConfig({ ...existingCluster, delivery: { repository } });
  assert.ok(draft);
  const unasked = () => Promise.reject(new Error("not asked for"));
  return {
    ...{ stack: "staging", config: draft, since: () => new Date() },
    ...{ value: unasked, output: unasked, cluster: unasked },
  };
}

const asked = (repository: string, token: string): Promise<string> =>
  gitToken.before?.(contextFor(repository), token) ?? Promise.reject(new Error("no proof"));

describe("the proof of a token for Git", () => {
  it("follows a server to where the repository is, as Git does", async () => {
    const found = gitServer((base) => asked(`${base}/me/home`, "canary-token"));
    assert.match(await found, /lists branches$/);
  });

  it("fails with a token that is refused, and with a page to log in at", async () => {
    await gitServer(async (base) => {
      await assert.rejects(asked(`${base}/me/home.git`, "another"), /answers HTTP 401$/);
      await assert.rejects(asked(`${base}/page/home`, "canary-token"), /answers with a page/);
    });
  });

  it("tries nothing that the cluster alone can ask", async () => {
    const said = await asked("http://gitea.git.svc:3000/me/home.git", "canary-token");
    assert.match(said, /^gitea\.git\.svc:3000: from here it cannot be asked/);
  });
});

/** Takes the place of ssh: leaves what it was told, and answers as a Git server. */
const fakeSsh = `#!/bin/sh
folder=$(dirname "$0")
printf '%s\\n' "$@" > "$folder/arguments"
cat > "$folder/input"
for one in "$@"; do case $one in UserKnownHostsFile=*) cp "\${one#*=}" "$folder/known" ;; esac; done
cat "$folder/answer"
`;

describe("the proof of an SSH key for Git", () => {
  const cases = [
    ["git@github.com:me/home.git", "git@github.com", "22", "me/home.git"],
    ["ssh://git@git.lan:2222/me/home.git", "git@git.lan", "2222", "/me/home.git"],
    ["ssh://git.lan/~me/home.git", "git.lan", "22", "~me/home.git"],
    ["ssh://git@[fd00::1]:22/home.git", "git@fd00::1", "22", "/home.git"],
  ] as const;
  for (const [repository, target, port, path] of cases) {
    it(`finds ${repository} where Git does`, () => {
      assert.deepEqual(sshRepository(repository), { target, port, path });
    });
  }

  it("asks for branches with a key that is in no argument and no file, and trusts these hosts alone", async function () {
    needsOpenSsh(this);
    await withFolder(async (folder) => {
      const left = (name: string) => readFileSync(join(folder, name), "utf8");
      makeSshKey(join(folder, "key"));
      writeFileSync(join(folder, "ssh"), fakeSsh, { mode: 0o755 });
      writeFileSync(join(folder, "answer"), "003d90618de refs/heads/main\n");
      const { PATH = "" } = process.env;
      process.env["PATH"] = `${folder}:${PATH}`;
      try {
        const repository = "git@git.lan:it's/home.git";
        const pin = "git.lan ssh-ed25519 AAAAcanary";
        assert.equal(
          await listsBranches(repository, left("key"), pin),
          "git@git.lan lists branches",
        );
        const told = left("arguments").split("\n");
        assert.deepEqual(told.slice(-4, -1), [
          ...["--", "git@git.lan", "git-upload-pack 'it'\\''s/home.git'"],
        ]);
        assert.ok(told.includes("StrictHostKeyChecking=yes"));
        assert.equal(left("known"), `${pin}\n`);
        assert.equal(left("input"), "0000");
        const identity = told.find((one) => one.startsWith("IdentityFile="))?.split("=")[1] ?? "";
        assert.ok(!existsSync(identity));
        assert.ok(!told.join("\n").includes("PRIVATE KEY"));
        // GitLab greets, and succeeds, where a key may do nothing.
        writeFileSync(join(folder, "answer"), "Welcome to GitLab, @me!\n");
        await assert.rejects(listsBranches(repository, left("key"), pin), /lists nothing$/);
      } finally {
        process.env["PATH"] = PATH;
      }
    });
  });
});
