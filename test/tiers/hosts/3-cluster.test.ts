import { strict as assert } from "node:assert";
import { clusterUp, container, convergeCluster, podmanHost, type BringUp } from "./cluster";
import { asRoot, clusterNames } from "./lab";
import { bootId, differences, fingerprint, readyNodes, runningSince, webAnswer } from "./observe";

async function onAll<T>(look: (name: string) => Promise<T>): Promise<Record<string, T>> {
  const entries = await Promise.all(clusterNames.map(async (name) => [name, await look(name)]));
  return Object.fromEntries(entries) as Record<string, T>;
}

describe("four hosts become a cluster", () => {
  let first: BringUp;

  before(async () => {
    first = await clusterUp();
  });

  it("brings four hosts to a cluster with three voters", async () => {
    assert.deepEqual(await readyNodes("bramble-1"), [
      ...["bramble-1*", "bramble-2*", "bramble-3*", "bramble-4"],
    ]);
    assert.match(first.log.join("\n"), /ready: bramble-1 bramble-2 bramble-3 bramble-4/);
  });

  it("edits a Pi's boot file on its one line, and reboots that host once and no other", async () => {
    const text = await asRoot("bramble-4", "cat /boot/firmware/cmdline.txt");
    assert.match(text, /^[^\n]* rootwait cgroup_memory=1 cgroup_enable=memory\n$/);
    assert.equal(
      await asRoot("bramble-4", "cat /boot/firmware/cmdline.txt.before-bramble"),
      text.replace(" cgroup_memory=1 cgroup_enable=memory", ""),
    );
    const rebooted = [];
    for (const name of clusterNames) {
      if ((await bootId(name)) !== first.bootIds.get(name)) rebooted.push(name);
    }
    assert.deepEqual(rebooted, ["bramble-4"]);
    assert.equal(first.log.filter((line) => line.includes("rebooted")).length > 0, true);
  });

  it("leaves a Podman service alone: its published port answered all the while", async () => {
    assert.ok(first.answers.length > 10, `${first.answers.length} answers`);
    assert.deepEqual([...new Set(first.answers)], ["hello\n"]);
    assert.equal(await container(), first.containerBefore);
    assert.equal(webAnswer(podmanHost), "hello\n");
  });

  it("changes nothing in a second run: no file, no restart, no reboot", async () => {
    const look = async (name: string) => [
      ...(await fingerprint(name)),
      await runningSince(name),
      await bootId(name),
    ];
    const before = await onAll(look);
    const { report, log } = await convergeCluster();
    const after = await onAll(look);
    for (const name of clusterNames) {
      assert.deepEqual(differences(before[name] ?? [], after[name] ?? []), [], name);
    }
    assert.equal(report.counts.changed, 0, log.join("\n"));
    assert.equal(report.counts.created, 0, log.join("\n"));
  });
});
