import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { boot, powerCut, wipe } from "../../../lab/hosts";
import { fault } from "../support/faults";
import { ProgramFailure, type ProgramResult } from "../support/run";
import { slow } from "../support/slow";
import { clusterRows, clusterUp, convergeAgain, podmanHost } from "./cluster";
import { asRoot, clusterNames, lab, remember, tryOn } from "./lab";
import { eventually, readyNodes, runningSince, webAnswer } from "./observe";

const whole = ["bramble-1*", "bramble-2*", "bramble-3*", "bramble-4"];

/** What a run has made. */
function namesOf({ registrations }: ProgramResult): string[] {
  return registrations.map(({ name }) => name);
}

/** What is the same as long as the cluster is the same. */
function clusterIdentity(through: string): Promise<string> {
  const path = "jsonpath={.metadata.uid}";
  return asRoot(through, `k3s kubectl get namespace kube-system --output '${path}'`);
}

async function sinceOf(names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map(runningSince));
}

describe("rebuilding hosts of a cluster", () => {
  let latest: ProgramResult;

  before(async () => {
    latest = await clusterUp();
  });

  it("joins the survivors with the first server's fresh disk, and begins no second cluster", async () => {
    const others = ["bramble-2", "bramble-3", "bramble-4"];
    const identity = await clusterIdentity("bramble-2");
    const since = await sinceOf(others);
    remember(await wipe(lab, "bramble-1"));

    latest = await convergeAgain(namesOf(latest), clusterRows({ "bramble-1": { generation: 2 } }));

    const nodes = await eventually(
      () => readyNodes("bramble-2"),
      (names) => names.join() === whole.join(),
    );
    assert.deepEqual(nodes, whole);
    assert.equal(await clusterIdentity("bramble-1"), identity);
    assert.deepEqual(await sinceOf(others), since);
    assert.equal(webAnswer(podmanHost), "hello\n");
    assert.match(latest.log.join("\n"), /removed bramble-1 from the cluster/);
    const permit = await tryOn("bramble-1", "sudo test -e /var/lib/bramble/may-initialise");
    assert.equal(permit.code, 1);
  });

  slow(fault("power cut while a server joins", "the next run heals it"), async () => {
    remember(await wipe(lab, "bramble-3"));
    const rows = clusterRows({ "bramble-1": { generation: 2 }, "bramble-3": { generation: 2 } });
    const cut = async () => {
      const joining = "sudo test -d /var/lib/rancher/k3s/server/db/etcd/member";
      for (let attempt = 0; attempt < 300; attempt += 1) {
        if ((await tryOn("bramble-3", joining)).code === 0) break;
        await sleep(50);
      }
      await powerCut(lab, "bramble-3");
      await boot(lab, "bramble-3");
    };
    let cutting: Promise<void> | undefined;
    const failure = await convergeAgain(namesOf(latest), rows, {
      "bramble-3-k3s": () => {
        cutting = cut();
      },
    }).then(
      () => assert.fail("the run succeeded"),
      (error: unknown) => error,
    );
    assert.ok(failure instanceof ProgramFailure);
    await cutting;

    const made = failure.begun.filter((name) => name !== "bramble-3-k3s");
    latest = await convergeAgain([...namesOf(latest), ...made], rows);
    const nodes = await eventually(
      () => readyNodes("bramble-1"),
      (names) => names.join() === whole.join(),
    );
    assert.deepEqual(nodes, whole);
  });

  slow("restarts one node only when one node's configuration changes", async () => {
    const others = clusterNames.filter((name) => name !== "bramble-2");
    const since = await sinceOf(others);
    const before = await runningSince("bramble-2");
    const rows = clusterRows({
      "bramble-1": { generation: 2 },
      "bramble-2": { labels: { "bramble.test/changed": "yes" } },
      "bramble-3": { generation: 2 },
    });
    latest = await convergeAgain(namesOf(latest), rows);
    assert.notEqual(await runningSince("bramble-2"), before);
    assert.deepEqual(await sinceOf(others), since);
    assert.equal((await readyNodes("bramble-1")).length, 4);
    assert.equal(webAnswer(podmanHost), "hello\n");
  });
});
