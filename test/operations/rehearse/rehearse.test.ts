import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../../config/parse";
import { type Config, configSchema } from "../../../config/schema";
import type { Kubectl } from "../../../operations/cluster/kubectl";
import {
  rehearsalNamespace,
  rehearsalSections,
  type Sections,
  withRotatedKey,
} from "../../../operations/rehearse/derive";
import { clearRehearsal, rehearse } from "../../../operations/rehearse/rehearse";
import { withFolder } from "../../support/folders";
import { ownCluster } from "../../support/program";

const real = configSchema.parse({
  ...ownCluster,
  media: { awaitReady: false, apps: { radarr: { address: "10.69.1.156", secretGeneration: 3 } } },
  ops: { appBackups: { nfs: { server: "nas.lan", path: "/copies" } } },
});

const cluster = { kubeconfigPath: "/root/kubeconfig", context: undefined };

function derived(config: Config = real): Config {
  const { config: checked, problems } = parseConfig(rehearsalSections(config, cluster));
  return checked ?? assert.fail(problems.map(({ path, message }) => `${path}: ${message}`).join());
}

describe("a rehearsal's configuration", () => {
  it("is the real media stack's in a namespace of its own, without addresses and platform", () => {
    const { media, cluster: target, platform, ops, hosts } = derived();
    assert.equal(media.namespace, "media-test");
    assert.equal(media.apps.radarr.address, undefined);
    assert.equal(media.apps.radarr.secretGeneration, 3);
    assert.equal(media.storage.mediaSize, "1Gi");
    assert.equal(target.source, "existing");
    assert.deepEqual(hosts, []);
    assert.ok(!platform.monitoring.enabled && !platform.traefik.enabled && !ops.probes.enabled);
  });

  it("keeps its copies apart from the real ones", () => {
    const { ops, cluster: target } = derived();
    assert.equal(ops.appBackups.nfs?.server, "nas.lan");
    assert.notEqual(target.name, real.cluster.name);
  });

  it("refuses a real stack in its namespace, which it would remove", () => {
    const same = configSchema.parse({ media: { namespace: rehearsalNamespace } });
    assert.throws(() => rehearsalSections(same, cluster), /the real stack needs another one/);
  });

  it("rotates one key and leaves the rest", () => {
    const before = rehearsalSections(real, cluster);
    const { config } = parseConfig(withRotatedKey(before, "radarr"));
    assert.equal(config?.media.apps.radarr.secretGeneration, 4);
    assert.equal(config.media.apps.sonarr.secretGeneration, 1);
  });
});

interface Behaviour {
  /** Whether an edited object is noticed. */
  readonly notices?: boolean;
  /** Deployments whose pods restart when prowlarr's key is replaced. */
  readonly restarts?: readonly string[];
  /** Marks of a namespace that is there already; null without one. */
  readonly present?: string | null;
}

/** A cluster and an engine that act as told; notes what was done. */
function stage({ notices = true, restarts = ["prowlarr"], present }: Behaviour = {}) {
  const done: string[] = [];
  let exists = present !== undefined;
  let mark = present ?? undefined;
  let zone = "America/Los_Angeles";
  let edited = false;
  let ups = 0;
  const template = (name: string) => ({
    env: [{ key: name === "sonarr" ? "sonarr-api-key" : "prowlarr-api-key" }],
    revision: restarts.includes(name) ? ups : 1,
  });
  const kubectl: Kubectl = (args) => {
    const call = args.join(" ");
    if (call.startsWith("get namespace")) {
      const annotations = mark === undefined ? {} : { "bramble.dev/rehearsal-of": mark };
      return Promise.resolve(exists ? JSON.stringify({ metadata: { annotations } }) : "");
    }
    if (call.startsWith("get configmap")) return Promise.resolve(zone);
    if (call.startsWith("get deployments")) {
      const items = ["prowlarr", "radarr", "sonarr"].map((name) => ({
        metadata: { name },
        spec: { template: template(name) },
      }));
      return Promise.resolve(JSON.stringify({ items }));
    }
    if (call.startsWith("get persistentvolumes")) return Promise.resolve('{"items":[]}');
    if (args[0] !== "get") done.push(call);
    if (args[0] === "patch") {
      zone = "Mars/Phobos";
      edited = true;
    }
    if (call.startsWith("delete namespace")) exists = false;
    if (args[0] === "annotate") mark = "home";
    return Promise.resolve("");
  };
  const engine = {
    up: (sections: Sections) => {
      ups += 1;
      exists = true;
      assert.ok("media" in sections);
      done.push("up");
      return Promise.resolve();
    },
    differs: () => Promise.resolve(edited && notices),
    heal: () => {
      zone = "America/Los_Angeles";
      edited = false;
      done.push("heal");
      return Promise.resolve();
    },
    destroy: () => {
      exists = false;
      done.push("destroy");
      return Promise.resolve();
    },
  };
  return { done, kubectl, engine };
}

function run(
  { kubectl, engine }: ReturnType<typeof stage>,
  look: (outcome: Promise<number>, phases: () => string[]) => Promise<void>,
  config: Config = real,
): Promise<void> {
  return withFolder((recordsFolder) => {
    const options = { stack: "home", config, cluster, kubectl, engine, print: () => undefined };
    const phases = () => {
      const folder = join(recordsFolder, "home", "runs");
      const [file = ""] = readdirSync(folder);
      const record = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
        phases: { name: string; outcome: string }[];
      };
      return record.phases.map(({ name, outcome }) => `${name} ${outcome}`);
    };
    return look(rehearse({ ...options, recordsFolder }, derived(config)), phases);
  });
}

describe("rehearse", () => {
  it("goes through every phase, says which it could not try, and removes what it made", async () => {
    const all = stage();
    await run(all, async (outcome, phases) => {
      assert.equal(await outcome, 0);
      assert.deepEqual(phases(), [
        ...["deploy succeeded", "repeat succeeded", "sync skipped", "drift succeeded"],
        ...["rotation succeeded", "copy prowlarr skipped", "restore prowlarr skipped"],
        "removal succeeded",
      ]);
    });
    assert.equal(all.done.at(-1), "destroy");
  });

  it("touches nothing in a namespace that is not its own", async () => {
    for (const [present, words] of [
      [null, /is no rehearsal's: rename or remove it/],
      ["other", /npm run rehearse -- other --clear/],
    ] as const) {
      const all = stage({ present });
      await run(all, async (outcome) => {
        await assert.rejects(outcome, words);
      });
      assert.deepEqual(all.done, []);
    }
  });

  it("fails when an edit goes unnoticed, and cleans up all the same", async () => {
    const all = stage({ notices: false });
    await run(all, async (outcome, phases) => {
      await assert.rejects(outcome, /an edited object was not found/);
      assert.deepEqual(phases().slice(-2), ["drift failed", "removal succeeded"]);
    });
    assert.equal(all.done.at(-1), "destroy");
  });

  it("fails when a key's rotation restarts who does not use it, or not who does", async () => {
    await run(stage({ restarts: ["prowlarr", "sonarr"] }), async (outcome) => {
      await assert.rejects(outcome, /sonarr restarted without using the key/);
    });
    await run(stage({ restarts: [] }), async (outcome) => {
      await assert.rejects(outcome, /prowlarr was not restarted with its new key/);
    });
    // radarr is given the key too.
    await run(stage({ restarts: ["prowlarr", "radarr"] }), async (outcome) => {
      assert.equal(await outcome, 0);
    });
  });
});

describe("rehearse --clear", () => {
  it("removes a rehearsal that was cut off, and nobody else's namespace", async () => {
    const left = stage({ present: "home" });
    assert.equal(await clearRehearsal(left.kubectl, () => undefined), 0);
    assert.deepEqual(left.done, ["delete namespace media-test --wait=false"]);
    const foreign = stage({ present: null });
    await assert.rejects(
      clearRehearsal(foreign.kubectl, () => undefined),
      /was left alone/,
    );
    assert.deepEqual(foreign.done, []);
  });
});
