import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../../lab/engine/remote";
import type { Registration } from "../../../operations/inprocess/run";

const secret = "canary-3f1c9a";

/** In ssh's place: fails to dial as often as a file says, then runs the command here. */
const client = `#!/usr/bin/env bash
folder=$(dirname "$0")
echo "$*" >>"$folder/arguments"
if [[ -s $folder/refusals ]]; then
  sed -i '$d' "$folder/refusals"
  echo 'ssh: connect to host: Connection refused' >&2
  exit 255
fi
for argument in "$@"; do
  [[ $argument == LocalCommand=* ]] && bash -c "\${argument#LocalCommand=}"
done
exec bash -c "\${@: -1}"
`;

function command(create: string, inputs: Registration["inputs"] = {}): Registration {
  const connection = {
    ...{ host: "10.0.0.1", user: "pi", hostKey: "ssh-ed25519 AAAA" },
    ...{ privateKey: secret, dialErrorLimit: 3 },
  };
  return {
    urn: "urn:pulumi:local::bramble::command:remote:Command::script",
    ...{ type: "command:remote:Command", name: "script", custom: true, shown: {} },
    inputs: { connection, create, ...inputs },
    ...{
      parent: undefined,
      provider: undefined,
      deletedWith: undefined,
      protect: false,
      retainOnDelete: false,
    },
    ...{ dependsOn: [], secretInputs: [], additionalSecretOutputs: [] },
  };
}

describe("lab/engine/remote", () => {
  const path = process.env.PATH;
  let folder = "";
  let notes: string[] = [];
  const run = (registration: Registration) =>
    runCommand(registration, folder, (text) => notes.push(text));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-remote-"));
    writeFileSync(join(folder, "ssh"), client, { mode: 0o755 });
    process.env.PATH = `${folder}:${path ?? ""}`;
    notes = [];
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });

  it("fails with the script's own words, without its standard input or its text", async () => {
    const failing = command("cat >/dev/null; echo mend the disk >&2; exit 3", { stdin: secret });
    await assert.rejects(run(failing), (error: Error) => {
      assert.match(error.message, /script on 10\.0\.0\.1 ended with code 3:\nmend the disk/);
      assert.ok(!error.message.includes(secret) && !error.message.includes("cat >"));
      return true;
    });
  });

  it("keeps key and standard input out of the client's arguments, and leaves no file", async () => {
    await run(command("cat >/dev/null", { stdin: secret }));
    assert.ok(!readFileSync(join(folder, "arguments"), "utf8").includes(secret));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("ssh-")),
      [],
    );
  });

  it("tells nothing of a script whose output is secret", async () => {
    const outcome = await run(command(`echo ${secret}`, { logging: "none" }));
    assert.deepEqual(notes, []);
    assert.equal(outcome.summary, undefined);
    assert.equal(outcome.outputs?.["stdout"], secret);
  });

  it("dials again, and gives up after the limit", async () => {
    writeFileSync(join(folder, "refusals"), "1\n2\n");
    assert.equal((await run(command("echo unchanged"))).change, "unchanged");
    writeFileSync(join(folder, "refusals"), "1\n2\n3\n");
    await assert.rejects(
      run(command("true")),
      /10\.0\.0\.1 could not be dialled in 3 attempts: .*Connection refused/,
    );
  });

  it("never runs a command twice, though it ends as a failed dial does", async () => {
    const mark = join(folder, "ran");
    await assert.rejects(
      run(command(`test ! -e ${mark} && touch ${mark} && exit 255`)),
      /code 255/,
    );
    assert.ok(existsSync(mark));
  });

  it("tells changes from looking", async () => {
    const changes = [];
    for (const said of ["unchanged", "fit", "none", "write /etc/x", 'note: swap\\n{"a":1}']) {
      changes.push((await run(command(`printf '${said}\\n'`))).change);
    }
    assert.deepEqual(changes, ["unchanged", "read", "read", "changed", "read"]);
  });
});
