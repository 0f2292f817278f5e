import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { boot, partition, powerCut, wipe } from "../../../lab/hosts";
import { fault } from "../support/faults";
import { ProgramFailure, type ProgramResult } from "../support/run";
import { skipBecause, slow } from "../support/slow";
import { type BringUp, clusterRows, clusterUp, stack } from "./cluster";
import { asRoot, converge, lab, remember, row, spare, testedK3s, tryOn } from "./lab";
import { commandOf, drawnSecrets, eventually, readyNodes } from "./observe";
import { laterRelease } from "./releases";

const whole = ["bramble-1*", "bramble-2*", "bramble-3*", "bramble-4"];

/** Waits until a server's API takes a change; fails after some seconds. */
async function takesChanges(through: string, seconds: number): Promise<void> {
  const change = `timeout 4 k3s kubectl create configmap fault-probe --dry-run=client --output yaml |
     timeout 4 k3s kubectl apply --filename - >/dev/null &&
     timeout 4 k3s kubectl annotate configmap fault-probe --overwrite "at=$(date +%s%N)" >/dev/null`;
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { code, stderr } = await tryOn(through, "sudo -n bash -s", change);
    if (code === 0) return;
    assert.ok(Date.now() < deadline, `${through} takes no change: ${stderr}`);
    await sleep(500);
  }
}

async function cutShort(work: Promise<ProgramResult>): Promise<ProgramFailure> {
  const error = await work.then(
    () => assert.fail("the run succeeded"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProgramFailure, String(error));
  return error;
}

async function wholeAgain(): Promise<void> {
  const nodes = await eventually(
    () => readyNodes("bramble-1"),
    (names) => names.join() === whole.join(),
  );
  assert.deepEqual(nodes, whole);
}

describe("faults of a cluster", () => {
  let up: BringUp;
  let existing: string[];
  let generation = 2;
  /** The release the cluster runs, once it was upgraded. */
  let k3s: Readonly<Record<string, unknown>> = {};

  before(async () => {
    up = await clusterUp();
    existing = up.registrations.map(({ name }) => name);
    await wholeAgain();
  });

  /** The rows as the tests before have left them, with one row more or another word on one. */
  const rows = (more: Readonly<Record<string, object>> = {}) =>
    clusterRows({ "bramble-1": { generation: 2 }, "bramble-3": { generation }, ...more });

  async function again(hosts = rows()): Promise<ProgramResult> {
    const result = await converge({ stack, hosts, existing, k3s });
    existing = [...new Set([...existing, ...result.registrations.map(({ name }) => name)])];
    return result;
  }

  it(
    fault("partition of one server", "the others take changes, and it votes again after"),
    async () => {
      await partition(lab, "bramble-3", "on");
      try {
        assert.equal((await tryOn("bramble-3", "true")).code, 255);
        await takesChanges("bramble-1", 25);
        await takesChanges("bramble-2", 25);
      } finally {
        await partition(lab, "bramble-3", "off");
      }
      await wholeAgain();
    },
  );

  slow(
    fault("partition of the server one talks to", "another takes changes, and a run names it"),
    async () => {
      await partition(lab, "bramble-1", "on");
      try {
        await takesChanges("bramble-2", 25);
        const hosts = rows();
        const { message } = await cutShort(converge({ stack, hosts, existing, dialAttempts: 2 }));
        assert.match(message, /10\.77\.0\.11 could not be dialled/);
      } finally {
        await partition(lab, "bramble-1", "off");
      }
      await wholeAgain();
    },
  );

  it(fault("partition of the holder of the virtual address", "it moves on"), async function () {
    const why = (await testedK3s()).real
      ? "kube-vip's image is not in an air-gap directory of k3s"
      : "the stand-in's nodes run no pods, so no kube-vip";
    skipBecause(this, why);
    await Promise.resolve();
  });

  it(
    fault(
      "two of three servers lost",
      "a change is refused, with the way back, and nothing restarts",
    ),
    async () => {
      const { create, stdin } = commandOf(up.registrations, "bramble-1-k3s");
      const config = "/etc/bramble/k3s/config.yaml";
      await asRoot("bramble-1", `cp -a ${config} /run/kept && echo '# changed' >>${config}`);
      const lost = ["bramble-2", "bramble-3"];
      for (const name of lost) await asRoot(name, "systemctl stop k3s");
      try {
        const since = "systemctl show k3s --property ExecMainPID";
        const before = await asRoot("bramble-1", since);
        const { code, stderr } = await tryOn("bramble-1", create, stdin);
        assert.equal(code, 1, stderr);
        assert.match(stderr, /restore\.md/);
        assert.equal(await asRoot("bramble-1", since), before);
      } finally {
        await asRoot("bramble-1", `mv /run/kept ${config}`);
        for (const name of lost) await asRoot(name, "systemctl start --no-block k3s");
      }
      await wholeAgain();
    },
  );

  slow(
    fault("wrong token", "a host with it is told so, joins nothing, and its token is in no word"),
    async () => {
      const wrong = "wrong-token-of-a-test-0123456789-abcdefghijklmno";
      const withSpare = [...rows(), row(spare, { role: "agent" })];
      const failed = await cutShort(
        converge(
          { stack, hosts: withSpare, existing },
          {
            [`${spare}-k3s`]: async () => {
              await asRoot(spare, `printf %s ${wrong} >/etc/bramble/k3s/agent-token`);
            },
          },
        ),
      );
      assert.match(failed.message, /bramble-5: k3s-agent\.service does not serve after \d+ s/);
      const told = [failed.message, ...failed.log].join("\n");
      for (const secret of [wrong, ...drawnSecrets(stack)]) assert.ok(!told.includes(secret));
      assert.deepEqual(await readyNodes("bramble-1"), whole);
      existing = [...new Set([...existing, ...failed.made])];
      const { registrations } = await again(withSpare);
      assert.ok((await readyNodes("bramble-1")).includes(spare));
      for (const resource of [`${spare}-membership`, `${spare}-teardown`]) {
        const { delete: undo, host, stdin } = commandOf(registrations, resource);
        const { code, stderr } = await tryOn(host, undo, stdin);
        assert.equal(code, 0, stderr);
      }
      existing = existing.filter((name) => !name.startsWith(spare));
      await wholeAgain();
    },
  );

  slow(
    fault("power cut during an upgrade", "the next run goes on, one server after the other"),
    async function () {
      const release = await laterRelease();
      if (typeof release === "string") {
        skipBecause(this, release);
        return;
      }
      let cutting: Promise<void> | undefined;
      const cut = async () => {
        await sleep(4000);
        await powerCut(lab, "bramble-2");
        await takesChanges("bramble-1", 30);
        await boot(lab, "bramble-2");
      };
      const hooks = {
        "bramble-2-k3s": () => {
          cutting = cut();
        },
      };
      k3s = { ...release };
      const failed = await cutShort(converge({ stack, hosts: rows(), existing, k3s }, hooks));
      assert.match(failed.message, /bramble-2-k3s/);
      await cutting;
      await wholeAgain();
      await again();
      const versions =
        "k3s kubectl get nodes --output 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}'";
      const running = (await asRoot("bramble-1", versions)).split(" ");
      assert.deepEqual([...new Set(running)], [release.version]);
      await wholeAgain();
    },
  );

  slow(
    fault("power cut during a removal", "the others lose nothing, and it joins anew"),
    async () => {
      const remove = commandOf(up.registrations, "bramble-3-membership");
      const removing = tryOn(remove.host, remove.delete, remove.stdin);
      await sleep(500);
      await powerCut(lab, "bramble-3");
      const { code, stdout, stderr } = await removing;
      assert.equal(code, 0, `${stdout}${stderr}`);
      assert.deepEqual(await readyNodes("bramble-1"), ["bramble-1*", "bramble-2*", "bramble-4"]);
      remember(await wipe(lab, "bramble-3"));
      generation += 1;
      await again();
      await wholeAgain();
    },
  );
});
