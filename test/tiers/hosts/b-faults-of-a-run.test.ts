import { strict as assert } from "node:assert";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { wipe } from "../../../lab/hosts";
import { slowDisk } from "../../../lab/slowDisk";
import { fault } from "../support/faults";
import { type Hooks, ProgramFailure, type ProgramResult } from "../support/run";
import { skipBecause, slow } from "../support/slow";
import {
  asRoot,
  converge,
  lab,
  labUp,
  remember,
  row,
  spare,
  stackFolder,
  testedK3s,
  tryOn,
} from "./lab";
import { drawnSecrets, readyNodes, runningSince } from "./observe";
import { laterRelease, standinRelease } from "./releases";

const stack = "faults";

/** What is made of the stack; a run that ends early adds what it has made. */
const existing = new Set<string>();

async function run(hooks: Hooks = {}, k3s: Readonly<Record<string, unknown>> = {}) {
  const result = await converge(
    { stack, hosts: [row(spare)], k3s, existing: [...existing] },
    hooks,
  );
  for (const { name } of result.registrations) existing.add(name);
  return result;
}

async function cutShort(work: Promise<ProgramResult>): Promise<ProgramFailure> {
  const error = await work.then(
    () => assert.fail("the run succeeded"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProgramFailure, String(error));
  for (const name of error.made) existing.add(name);
  return error;
}

/**
 * Every phase of a run on one host: the resource under way, and how long until it is in its midst.
 * Those marked quick are tried in each run of this tier.
 */
const phases = [
  { phase: "scripts are installed", resource: `${spare}-scripts`, milliseconds: 100, quick: false },
  {
    phase: "the host is looked at",
    resource: `${spare}-preflight`,
    milliseconds: 200,
    quick: false,
  },
  { phase: "the system is prepared", resource: `${spare}-prepare`, milliseconds: 400, quick: true },
  {
    phase: "the release is copied",
    resource: `${spare}-upload-k3s`,
    milliseconds: 500,
    quick: false,
  },
  { phase: "the binary is staged", resource: `${spare}-binary`, milliseconds: 700, quick: true },
  {
    phase: "the configuration is written",
    resource: `${spare}-config`,
    milliseconds: 100,
    quick: false,
  },
  {
    phase: "tokens are written",
    resource: `${spare}-server-token`,
    milliseconds: 100,
    quick: false,
  },
  { phase: "a reboot is decided", resource: `${spare}-reboot`, milliseconds: 200, quick: false },
  { phase: "k3s starts", resource: `${spare}-k3s`, milliseconds: 3000, quick: true },
  { phase: "the kubeconfig is read", resource: "kubeconfig", milliseconds: 200, quick: false },
  { phase: "nodes are awaited", resource: "nodes-ready", milliseconds: 200, quick: false },
] as const;

/** How often k3s was started. */
const starts = "journalctl --unit k3s --output cat | grep -c '^Started ' || true";

/** Ends every SSH session of the host, ours included, but not what runs in them. */
async function dropSessions(): Promise<void> {
  const drop = "systemd-run --quiet --collect --no-block pkill -KILL -f '^sshd: pi'";
  await tryOn(spare, `sudo -n ${drop}`);
}

/** Holds the lock that every changing script takes, so that the next one waits in its midst. */
async function holdLock(seconds: number): Promise<void> {
  await asRoot(
    spare,
    `mkdir -p /run/bramble
     systemd-run --quiet --collect flock /run/bramble/lock sleep ${seconds}
     sleep 0.3`,
  );
}

describe("faults of a run", () => {
  before(async () => {
    await labUp();
    remember(await wipe(lab, spare));
  });

  for (const { phase, resource, milliseconds, quick } of phases) {
    (quick ? it : slow)(fault("kill -9 of the run", `while ${phase}`), async () => {
      const { begun, made, message } = await cutShort(
        run({ [resource]: (kill) => void setTimeout(kill, milliseconds) }),
      );
      assert.ok(begun.includes(resource), message);
      assert.match(message, /the program ended too early/);
      assert.ok(!made.includes(`${spare}-membership`));
    });
  }

  it(
    fault("kill -9 of the run", "the next run goes on to a whole cluster, begun once"),
    async () => {
      await run();
      assert.deepEqual(await readyNodes(spare), [`${spare}*`]);
      // Killed before k3s served, it is started once more, and no oftener.
      assert.ok(Number(await asRoot(spare, starts)) <= 2);
    },
  );

  it(
    fault("SSH dropping mid-script", "the run names the host, and the next one goes on"),
    async () => {
      const since = await runningSince(spare);
      await holdLock(6);
      const preparing = await cutShort(
        run({
          [`${spare}-prepare`]: () => {
            setTimeout(() => void dropSessions(), 1500);
          },
        }),
      );
      // Files are sent in a session of their own, and either may be told of first.
      assert.match(
        preparing.message,
        /bramble-5-(prepare|upload-k3s) on 10\.77\.0\.15 ended with code 255/,
      );
      await run();
      assert.equal(await runningSince(spare), since);
    },
  );

  slow(
    fault("SSH dropping mid-script", "k3s restarts under it, and no token is told"),
    async () => {
      const changed = { tlsSans: ["dropped.bramble.test"] };
      const restarting = await cutShort(
        run(
          {
            [`${spare}-k3s`]: () => {
              setTimeout(() => void dropSessions(), 2500);
            },
          },
          changed,
        ),
      );
      assert.match(restarting.message, /bramble-5-k3s on 10\.77\.0\.15 ended with code 255/);
      await run({}, changed);
      assert.deepEqual(await readyNodes(spare), [`${spare}*`]);
      assert.match(
        await asRoot(spare, "cat /etc/rancher/k3s/config.yaml"),
        /dropped\.bramble\.test/,
      );
      const told = [restarting.message, ...restarting.log].join("\n");
      for (const secret of drawnSecrets(stack)) assert.ok(!told.includes(secret));
    },
  );

  it(fault("second operator", "two runs at once end as one: a single restart"), async () => {
    const other = "faults-second";
    mkdirSync(stackFolder(other), { recursive: true, mode: 0o700 });
    cpSync(join(stackFolder(stack), "random.json"), join(stackFolder(other), "random.json"));
    const changed = { tlsSans: ["second.bramble.test"] };
    const second = { stack: other, hosts: [row(spare)], k3s: changed, existing: [...existing] };
    const before = Number(await asRoot(spare, starts));
    await Promise.all([run({}, changed), converge(second)]);
    assert.equal(Number(await asRoot(spare, starts)), before + 1);
    assert.deepEqual(await readyNodes(spare), [`${spare}*`]);
  });

  slow(
    fault("corrupted binary", "a staged binary that rotted is brought anew before it is used"),
    async () => {
      await run();
      const since = await runningSince(spare);
      const binary = `$(find /var/lib/bramble/k3s -name 'k3s-v*' ! -name '*.sha256')`;
      await asRoot(spare, `printf rot | dd of="${binary}" bs=1 seek=4096 conv=notrunc status=none`);
      const { log } = await run();
      assert.match(log.join("\n"), /stage k3s v/);
      assert.equal(
        await asRoot(spare, `cmp "${binary}" /usr/local/bin/k3s && echo same`),
        "same\n",
      );
      assert.equal(await runningSince(spare), since);
    },
  );

  slow(
    fault("clock two days off", "a host whose clock nothing keeps is refused, with the mend"),
    async () => {
      // All hosts share the machine's clock, and no namespace shifts it: what is shown is the guard
      // against it, not what a wrong clock does to certificates.
      await asRoot(
        spare,
        `mkdir -p /run/shims
       printf '#!/bin/sh\\nexit 1\\n' >/run/shims/detect
       printf '#!/bin/sh\\necho no\\n' >/run/shims/timedatectl
       chmod 755 /run/shims/*
       mount --bind /run/shims/detect /usr/bin/systemd-detect-virt
       mount --bind /run/shims/timedatectl /usr/bin/timedatectl`,
      );
      try {
        const { message } = await cutShort(run());
        assert.match(message, /bramble-5: the clock is not synchronised: enable NTP/);
      } finally {
        await asRoot(spare, "umount /usr/bin/timedatectl /usr/bin/systemd-detect-virt");
      }
    },
  );

  it("refuses a release that is older, and one that skips a minor, before anything is touched", async function () {
    if ((await testedK3s()).real) skipBecause(this, "made with names that only the stand-in takes");
    const since = await runningSince(spare);
    const refused = async (version: string) =>
      (await cutShort(run({}, { ...(await standinRelease(version)) }))).message;
    assert.match(
      await refused("v1.35.9+k3s0"),
      /v1\.35\.9\+k3s0 is older: Kubernetes cannot go back/,
    );
    assert.match(await refused("v1.38.0+k3s0"), /v1\.38\.0\+k3s0 skips a minor release/);
    assert.equal(await runningSince(spare), since);
  });

  slow(
    fault("slow disk", "twenty writes a second: k3s restarts late, and serves"),
    async function () {
      const trouble = await slowDisk(lab, spare, 20);
      if (trouble !== undefined) skipBecause(this, trouble);
      try {
        await run({}, { tlsSans: ["slow.bramble.test"] });
        assert.deepEqual(await readyNodes(spare), [`${spare}*`]);
      } finally {
        await slowDisk(lab, spare, 0);
      }
    },
  );

  it("upgrades to a later release, with a snapshot from before", async function () {
    const release = await laterRelease();
    if (typeof release === "string") skipBecause(this, release);
    else {
      await run({}, { ...release });
      const version =
        "k3s kubectl get nodes --output 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}'";
      assert.equal(await asRoot(spare, version), release.version);
      assert.deepEqual(await readyNodes(spare), [`${spare}*`]);
      assert.match(
        await asRoot(spare, "ls /var/lib/rancher/k3s/server/db/snapshots"),
        /^bramble-before-change/m,
      );
    }
  });
});
