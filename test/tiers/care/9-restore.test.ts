import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { boot, powerCut, sshKeyPath } from "../../../lab/hosts";
import { provisioningRun } from "../../../operations/records/run";
import type { ProgramResult } from "../support/run";
import { slow } from "../support/slow";
import type { Finished } from "../support/finish";
import {
  asRoot,
  blank,
  converge,
  operator,
  recordsFolder,
  recoveryKeyFile,
  s3Destination,
  secretsOf,
  servers,
  sshDestination,
  type Stack,
  storeFolder,
  tryRoot,
  vault,
  vaultDown,
  vaultLab,
  vaultUp,
} from "./vault";

const [first, second, third] = servers;

function succeeded(finished: Finished): string {
  assert.equal(finished.code, 0, `${finished.stdout}${finished.stderr}`);
  return finished.stdout;
}

const note = (value: string) =>
  `k3s kubectl create configmap canary --from-literal=value=${value} --dry-run=client -o yaml |
     k3s kubectl apply -f - >/dev/null`;

async function noted(through: string): Promise<string> {
  const path = "jsonpath={.data.value}";
  return asRoot(through, `k3s kubectl get configmap canary --output '${path}'`);
}

/** Ready nodes by name; those whose etcd votes end in `*`, by their own word. */
async function members(through: string): Promise<string[]> {
  const text = await asRoot(
    through,
    `k3s kubectl get nodes --output 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}'`,
  );
  return text
    .split("\n")
    .flatMap((line) => (line.endsWith(" True") ? [line.split(" ")[0]] : []))
    .filter((name) => name !== undefined)
    .sort();
}

/** The newest copy off the hosts that one server made. */
async function newestCopy(of: string): Promise<string> {
  const listed = succeeded(await operator("restore", "--list"));
  const line = listed.split("\n").find((row) => row.startsWith(`home.etcd.${of}.`));
  assert.ok(line, listed);
  assert.match(line, /off the hosts +0 h \d+ min +\d+ +sealed$/);
  return line.split(" ")[0] ?? "";
}

function namesOf({ registrations }: ProgramResult): string[] {
  return registrations.map(({ name }) => name);
}

function lastRun(kind: string) {
  const file = readdirSync(recordsFolder())
    .filter((name) => name.includes(`-${kind}-`))
    .sort()
    .at(-1);
  return provisioningRun.parse(JSON.parse(readFileSync(join(recordsFolder(), file ?? ""), "utf8")));
}

const sampler = `while :; do cat /proc/[0-9]*/cmdline 2>/dev/null; sleep 0.05; done >/run/sampled`;

describe("snapshots leave the hosts and bring a cluster back", () => {
  let wanted: Stack;
  let up: ProgramResult;
  let key: string;

  before(async () => {
    await vaultUp();
    wanted = await sshDestination();
    up = await converge(wanted);
    key = recoveryKeyFile(up.registrations);
  });
  after(vaultDown);

  it("has a timer on each server, one after the other, and changes nothing the second time", async () => {
    for (const [turn, name] of servers.entries()) {
      const unit = await asRoot(
        name,
        "systemctl cat bramble-snapshot.service bramble-snapshot.timer",
      );
      assert.match(unit, new RegExp(`ExecStartPre=/bin/sleep ${String(turn * 600)}$`, "m"));
      assert.equal(
        (await asRoot(name, "systemctl is-active bramble-snapshot.timer")).trim(),
        "active",
      );
      const check = `/usr/local/lib/bramble/k3s-snapshot.sh check --schedule '*-*-* 00/6:30:00' --delay ${String(turn * 600)}`;
      assert.equal(await asRoot(name, check), "unchanged\n");
    }
  });

  it("copies a fresh snapshot of every server, reads it back, and tells when", async () => {
    await asRoot(first, note("before"));
    await asRoot(first, `systemd-run --quiet --unit=sampler /bin/sh -c '${sampler}'`);
    const said = succeeded(await operator("backup", "snapshot"));
    for (const name of servers) {
      assert.match(said, new RegExp(`^${name}: copied .* \\(\\d+ bytes, read back\\)$`, "m"));
    }
    assert.equal(lastRun("backup").outcome, "succeeded");
    const metric = await asRoot(first, "cat /var/lib/bramble/metrics/bramble-snapshot.prom");
    const at = /^bramble_snapshot_last_success_timestamp_seconds\{destination="ssh"\} (\d+)$/m.exec(
      metric,
    );
    assert.ok(Math.abs(Number(at?.[1]) - Date.now() / 1000) < 600, metric);
    assert.match(await asRoot(first, "cat /var/lib/bramble/snapshot-status"), /"result":"ok"/);
  });

  it("leaves no token where it must not be: arguments, logs, or in clear at the destination", async () => {
    await asRoot(first, "systemctl stop sampler");
    const processes = await asRoot(first, "tr '\\0' '\\n' </run/sampled | sort -u");
    const journal = await asRoot(first, "journalctl --no-pager --output cat");
    const copies = await asRoot(vault, "cat /home/copies/store/* | base64 -w 0");
    const stored = Buffer.from(copies, "base64").toString("latin1");
    for (const secret of secretsOf(wanted)) {
      assert.ok(secret.length > 8);
      for (const [where, text] of Object.entries({ processes, journal, stored })) {
        assert.ok(!text.includes(secret), `${where} holds a secret`);
      }
    }
    assert.match(stored, /^age-encryption\.org/);
  });

  it("keeps as many copies as asked, of each server its own", async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      succeeded(await operator("backup", "snapshot", "--host", first));
    }
    const names = await asRoot(vault, "ls /home/copies/store");
    assert.equal(names.split("\n").filter((name) => name.includes(`.${first}.`)).length, 3, names);
    assert.equal(names.split("\n").filter((name) => name.includes(`.${second}.`)).length, 1, names);
  });

  it("tells a damaged snapshot from a good one, and copies none that is damaged", async () => {
    const folder = "/var/lib/rancher/k3s/server/db/snapshots";
    await asRoot(third, `head -c 100000 /dev/urandom >${folder}/torn-${third}-1`);
    const listed = succeeded(await operator("restore", "--list"));
    assert.match(listed, new RegExp(`^torn-${third}-1 .* DAMAGED$`, "m"));
    const refused = await operator("restore", `torn-${third}-1`, "--yes");
    assert.match(refused.stderr, /torn-bramble-3-1 on bramble-3 is damaged/);
    const copied = await tryRoot(third, "/usr/local/lib/bramble/k3s-snapshot.sh export");
    assert.match(copied.stderr, /is damaged and was not copied/);
    assert.match(await asRoot(third, "cat /var/lib/bramble/snapshot-status"), /"result":"failed"/);
    await asRoot(third, `rm ${folder}/torn-${third}-1`);
  });

  it("tells the steps and changes nothing in a dry run", async () => {
    const name = await newestCopy(second);
    const dry = succeeded(await operator("restore", name, "--dry-run", "--recovery-key", key));
    assert.match(dry, /is good: taken /);
    assert.match(dry, /stop k3s on bramble-1, bramble-2, bramble-3/);
    assert.match(dry, /Nothing was changed/);
    assert.equal(await noted(first), "before");
    assert.equal(await asRoot(first, "ls /var/lib/bramble/restore 2>/dev/null || true"), "");
  });

  it("opens with no other key than the recovery key", async () => {
    const name = await newestCopy(second);
    const wrong = ["--recovery-key", sshKeyPath(vaultLab)];
    const { code, stderr } = await operator("restore", name, "--yes", ...wrong);
    assert.equal(code, 1);
    assert.match(stderr, /^bramble-\d: home\.etcd\S+ does not open with this recovery key/);
    assert.equal(await noted(first), "before");
  });

  it("restores the whole cluster from a copy", async () => {
    const name = await newestCopy(second);
    await asRoot(first, note("after"));
    const said = succeeded(await operator("restore", name, "--yes", "--recovery-key", key));
    for (const server of servers) assert.equal(await noted(server), "before", said);
    assert.deepEqual(await members(first), [...servers]);
    const run = lastRun("restore");
    assert.equal(run.outcome, "succeeded");
    assert.equal(run.measured["voters"], 3);
    assert.deepEqual(
      run.phases.map(({ name: phase }) => phase),
      [
        ...["snapshot-now", "stop", "reset", `start ${first}`, "passwords"],
        ...[`join ${second}`, `join ${third}`, "health", "finish"],
      ],
    );
    assert.match(await asRoot(second, "ls /var/lib/bramble/kept"), /^db-/m);
  });

  slow("goes on where it was cut off", async () => {
    const local = succeeded(await operator("restore", "--list"))
      .split("\n")
      .find((row) => row.startsWith(`bramble-copy-${first}-`));
    const name = local?.split(" ")[0] ?? "";
    await asRoot(first, note("later"));
    const restoring = operator("restore", name, "--yes");
    // The first server is back and the second is about to join when its power goes.
    for (let waited = 0; waited < 600; waited += 1) {
      const { code } = await tryRoot(second, "test -e /var/lib/bramble/restore/joined");
      if (code === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await powerCut(vaultLab, second);
    assert.equal((await restoring).code, 1);
    await boot(vaultLab, second);
    succeeded(await operator("restore", name, "--yes"));
    assert.equal(lastRun("restore").phases[0]?.outcome, "skipped");
    assert.equal(await noted(third), "before");
    assert.deepEqual(await members(third), [...servers]);
  });

  slow("restores onto one server when two are lost, and lets the two join blank", async () => {
    succeeded(await operator("backup", "snapshot", "--host", first));
    const name = await newestCopy(first);
    await powerCut(vaultLab, second);
    await powerCut(vaultLab, third);
    const refused = await operator("restore", name, "--yes", "--recovery-key", key);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /bramble-2: does not answer SSH .*--without bramble-2/);
    const lost = ["--without", `${second},${third}`];
    succeeded(await operator("restore", "--reset-only", "--on", first, "--yes", ...lost));
    assert.equal(await noted(first), "before");
    assert.deepEqual(lastRun("restore").nodes, [first]);
    await blank(second);
    await blank(third);
    const generations = { [second]: 2, [third]: 2 };
    up = await converge({ ...wanted, generations }, namesOf(up));
    assert.deepEqual(await members(second), [...servers]);
    assert.equal(await noted(second), "before");
  });

  slow("restores onto blank servers, from an S3 store that checks every signature", async () => {
    const toStore = await s3Destination();
    const stackThen = { ...toStore, generations: { [second]: 2, [third]: 2 } };
    up = await converge(stackThen, namesOf(up));
    for (let turn = 0; turn < 4; turn += 1)
      succeeded(await operator("backup", "snapshot", "--host", first));
    const stored = readdirSync(storeFolder()).filter((name) => name.includes(`.${first}.`));
    assert.equal(stored.length, 3);
    const name = await newestCopy(first);
    for (const server of servers) await blank(server);
    const stopped = await converge(stackThen, namesOf(up)).then(
      () => "",
      (error: unknown) => String(error),
    );
    assert.match(stopped, /restore a snapshot/);
    succeeded(await operator("restore", name, "--yes", "--recovery-key", key));
    assert.equal(await noted(first), "before");
    await converge(stackThen, namesOf(up));
    assert.deepEqual(await members(third), [...servers]);
    assert.equal(await noted(third), "before");
  });
});
