import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  renderCall,
  renderCallIfInstalled,
  renderInstall,
  renderTransient,
  shellQuote,
} from "../../../components/remote/render";
import {
  scriptBundle,
  scriptDirectory,
  scriptNames,
  scriptText,
} from "../../../components/remote/scripts";
import { withFolder } from "../../support/folders";

const call = {
  script: "k3s.sh",
  args: ["converge", "--peers", "10.0.0.1 10.0.0.2", "--note", "it's $HOME; `id`"],
  timeoutSeconds: 300,
  user: "pi",
} as const;

describe("shellQuote", () => {
  for (const word of [
    "plain",
    "",
    "a b",
    "it's",
    "$HOME",
    "`id`",
    'say "hi"',
    "a\nb",
    "*",
    "é;|&",
  ]) {
    it(`keeps ${JSON.stringify(word)} one word, as it is`, () => {
      const script = `printf '<%s>' ${shellQuote(word)}`;
      assert.equal(execFileSync("sh", ["-c", script], { encoding: "utf8" }), `<${word}>`);
    });
  }
});

describe("renderCall", () => {
  it("runs the installed script as root, with an end in time, and no more than its reasons behind", () => {
    assert.equal(
      renderCall(call, ["abc", "generation-2"]),
      `sudo -n timeout --kill-after=10 300 ${scriptDirectory}/k3s.sh converge --peers '10.0.0.1 10.0.0.2' --note 'it'\\''s $HOME; \`id\`' # abc generation-2`,
    );
  });

  it("needs no sudo as root, and no comment without reasons", () => {
    const line = renderCall({ ...call, user: "root", args: ["check"] }, []);
    assert.equal(line, `timeout --kill-after=10 300 ${scriptDirectory}/k3s.sh check`);
  });

  it("succeeds where there is nothing left to undo", () => {
    const line = renderCallIfInstalled({ ...call, user: "root" }).replaceAll(
      scriptDirectory,
      "/nonexistent",
    );
    assert.equal(spawnSync("sh", ["-c", line]).status, 0);
  });
});

describe("renderInstall", () => {
  const install = (folder: string, input: string) =>
    spawnSync("sh", ["-c", renderInstall("root", "pi-1").replaceAll(scriptDirectory, folder)], {
      input,
      encoding: "utf8",
    });

  it("puts every script in place, whole and executable, and leaves nothing else", async () => {
    await withFolder((folder) => {
      const target = join(folder, "bramble");
      for (const round of ["first", "again"]) {
        assert.equal(install(target, scriptBundle()).status, 0, round);
        assert.deepEqual(readdirSync(target).sort(), [...scriptNames].sort());
        for (const name of scriptNames) {
          assert.equal(readFileSync(join(target, name), "utf8"), scriptText(name));
          assert.equal(statSync(join(target, name)).mode & 0o777, 0o755, name);
        }
        assert.deepEqual(readdirSync(folder), ["bramble"]);
      }
    });
  });

  it("heals what an interrupted run left", async () => {
    await withFolder((folder) => {
      const target = join(folder, "bramble");
      execFileSync("mkdir", ["-p", `${target}.new`]);
      writeFileSync(join(`${target}.new`, "half.sh"), "");
      assert.equal(install(target, scriptBundle()).status, 0);
      assert.deepEqual(readdirSync(target).sort(), [...scriptNames].sort());
    });
  });

  it("tells a user without sudo what to do, before anything is read", async () => {
    await withFolder((folder) => {
      writeFileSync(join(folder, "sudo"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
      const { status, stderr } = spawnSync("sh", ["-c", renderInstall("pi", "pi-1")], {
        input: scriptBundle(),
        encoding: "utf8",
        env: { PATH: `${folder}:/usr/bin:/bin` },
      });
      assert.equal(status, 1);
      assert.equal(
        stderr,
        "bramble: pi-1: pi may not run sudo without a password. On the host run: echo 'pi ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/pi\n",
      );
    });
  });
});

describe("renderTransient", () => {
  const run = (text: string, args: readonly string[], folder: string) =>
    spawnSync("sh", ["-c", renderTransient("root", "probe.sh", args)], {
      input: scriptBundle({ "probe.sh": text }),
      encoding: "utf8",
      env: { ...process.env, TMPDIR: folder },
    });

  it("runs a script beside all others with its arguments as they are, and leaves nothing", async () => {
    await withFolder((folder) => {
      const text = `#!/bin/sh\nls\nprintf '<%s>' "$@"\n`;
      const { status, stdout } = run(text, ["a b", "$HOME", "it's"], folder);
      assert.equal(status, 0);
      const lines = stdout.split("\n");
      assert.equal(lines.pop(), "<a b><$HOME><it's>");
      assert.deepEqual(lines.sort(), [...scriptNames, "probe.sh"].sort());
      assert.deepEqual(readdirSync(folder), []);
    });
  });

  it("hands its exit code on and cleans up all the same", async () => {
    await withFolder((folder) => {
      assert.equal(run("#!/bin/sh\nexit 7\n", [], folder).status, 7);
      assert.deepEqual(readdirSync(folder), []);
    });
  });
});
