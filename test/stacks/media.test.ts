import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";
import { mediaApps } from "../../catalogue/apps/media";
import { mediaSecretKeys } from "../../catalogue/apps/mediaSecrets";
import { mediaAppNames, type MediaAppName } from "../../catalogue/apps/names";
import type { GivenMediaSecrets } from "../../components/workload/MediaSecrets";
import { configSchema } from "../../config/schema";
import { media, type MediaHandle } from "../../stacks/media";

const deploymentType = "kubernetes:apps/v1:Deployment";
const secretSignature = "4dabf18193072939515e22adb298388d";

/** Registered inputs, the secrets among them opened. */
function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value && "value" in value) return opened(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, opened(inner)]));
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
    value,
  );
}

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
  /** Names of the Deployments that were finished when this was registered. */
  readonly deployedBefore: readonly string[];
}

/** Runs the media stack against mocks. */
async function run(
  section: Record<string, unknown>,
  secrets: GivenMediaSecrets,
  preview = false,
  delivery: Record<string, unknown> = {},
): Promise<{ registered: Registered[]; handle: MediaHandle | undefined }> {
  const registered: Registered[] = [];
  const deployed: string[] = [];
  const mocks: pulumi.runtime.Mocks = {
    call: ({ inputs }) => inputs as Record<string, unknown>,
    newResource: async ({ type, name, inputs }) => {
      registered.push({ type, name, inputs: opened(inputs), deployedBefore: [...deployed] });
      await new Promise(setImmediate);
      if (type === deploymentType) deployed.push(name);
      // Stands for randomness: the same until a keeper changes.
      const random = `${name}#${String(at(inputs, "keepers", "generation"))}`;
      const state = inputs as Record<string, unknown>;
      return { id: name, state: { ...state, result: random } };
    },
  };
  await pulumi.runtime.setMocks(mocks, "project", "stack", preview);
  const provider = new Provider("cluster", { kubeconfig: "{}" });
  const handle = media(configSchema.parse({ media: section, delivery }), secrets, { provider }, []);
  await pulumi.runtime.disconnect();
  return { registered, handle };
}

/** What the media stack registers. */
async function register(
  section: Record<string, unknown> = {},
  secrets: GivenMediaSecrets = {},
): Promise<Registered[]> {
  return (await run(section, secrets)).registered;
}

function wave(name: string): number {
  return mediaApps[name as MediaAppName].wave;
}

function counts(registered: readonly Registered[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { type } of registered) result[type] = (result[type] ?? 0) + 1;
  return result;
}

/** Each app's pod template, which decides whether its pod restarts. */
function podTemplates(registered: readonly Registered[]): Map<string, string> {
  return new Map(
    registered
      .filter(({ type }) => type === deploymentType)
      .map(({ name, inputs }) => [name, JSON.stringify(at(inputs, "spec", "template"))]),
  );
}

function restarted(before: readonly Registered[], after: readonly Registered[]): string[] {
  const templates = podTemplates(after);
  return [...podTemplates(before)]
    .filter(([name, template]) => templates.get(name) !== template)
    .map(([name]) => name);
}

function secretData(registered: readonly Registered[]): Record<string, string> {
  const found = registered.find(({ type }) => type === "kubernetes:core/v1:Secret");
  const data = (at(found?.inputs, "data") ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]),
  );
}

describe("stacks/media", () => {
  it("makes exactly these resources", async () => {
    assert.deepEqual(counts(await register()), {
      "bramble:workload:MediaStack": 1,
      "bramble:workload:MediaSecrets": 1,
      "bramble:workload:App": 8,
      "bramble:workload:DeliveredByPulumi": 1,
      "bramble:workload:MediaLogin": 1,
      "bramble:workload:MediaTools": 1,
      "pulumi:providers:kubernetes": 1,
      "kubernetes:core/v1:Namespace": 1,
      "kubernetes:core/v1:ConfigMap": 2,
      "kubernetes:core/v1:Secret": 2,
      "kubernetes:core/v1:PersistentVolumeClaim": 2,
      "kubernetes:core/v1:ServiceAccount": 10,
      "kubernetes:core/v1:Service": 8,
      "kubernetes:apps/v1:Deployment": 9,
      "kubernetes:batch/v1:Job": 1,
      "kubernetes:batch/v1:CronJob": 1,
      "kubernetes:monitoring.coreos.com/v1:PodMonitor": 1,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy": 11,
      "random:index/randomPassword:RandomPassword": 9,
    });
  });

  it("previews the same resources before any value is known", async () => {
    const { registered } = await run({}, {}, true);
    assert.deepEqual(counts(registered), counts(await register()));
  });

  for (const [title, section] of [
    ["deploys each wave after the one before it is ready", {}],
    ["keeps that order where a wave is empty", { apps: { overseerr: { enabled: false } } }],
  ] as const) {
    it(title, async () => {
      const deployments = (await register(section)).filter(
        ({ type, name }) => type === deploymentType && name in mediaApps,
      );
      for (const { name, deployedBefore } of deployments) {
        const earlier = deployments
          .map((other) => other.name)
          .filter((other) => wave(other) < wave(name));
        assert.deepEqual([...deployedBefore].sort(), earlier.sort(), name);
      }
    });
  }

  it("makes nothing when it is turned off", async () => {
    assert.deepEqual(counts(await register({ enabled: false })), {
      "pulumi:providers:kubernetes": 1,
    });
  });

  it("makes an app and its four objects fewer when the app is turned off", async () => {
    const all = await register();
    const fewer = await register({ apps: { lidarr: { enabled: false } } });
    assert.equal(all.length - fewer.length, 5);
    assert.ok(!podTemplates(fewer).has("lidarr"));
  });

  it("puts every key into the one Secret, the claim token only when it is given", async () => {
    const generated = mediaSecretKeys.filter((key) => key !== "plex-claim-token");
    assert.deepEqual(Object.keys(secretData(await register())).sort(), [...generated].sort());

    const given = { plexClaimToken: pulumi.output("claim-abc") };
    assert.equal(secretData(await register({}, given))["plex-claim-token"], "claim-abc");
  });

  it("makes just the namespace and its secrets where Argo CD delivers", async () => {
    const { registered, handle } = await run({}, {}, false, { by: "argocd" });
    const objects = registered.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.deepEqual(objects.map(({ type }) => type).sort(), [
      "kubernetes:core/v1:Namespace",
      "kubernetes:core/v1:Secret",
      "kubernetes:core/v1:Secret",
    ]);
    assert.equal(handle?.apps.length, mediaAppNames.length);
    assert.ok(handle.secretChecksums.has("radarr"));
  });

  it("uses a given key instead of generating one", async () => {
    const registered = await register({}, { radarrApiKey: pulumi.output("f".repeat(32)) });
    assert.equal(secretData(registered)["radarr-api-key"], "f".repeat(32));
    assert.ok(!registered.some(({ name }) => name === "radarr-api-key"));
  });

  it("wires the apps once all of them are ready, and again with a new key", async () => {
    const job = (registered: readonly Registered[]) => {
      const found = registered.find(({ type }) => type === "kubernetes:batch/v1:Job");
      assert.ok(found);
      return found;
    };
    const before = job(await register());
    assert.deepEqual([...before.deployedBefore].sort(), [...mediaAppNames].sort());
    const checksum = (one: Registered) =>
      at(one.inputs, "spec", "template", "metadata", "annotations", "checksum/secrets");
    assert.equal(checksum(job(await register())), checksum(before));
    for (const changed of [
      { apps: { radarr: { secretGeneration: 2 } } },
      { login: { generation: 2 } },
    ]) {
      assert.notEqual(checksum(job(await register(changed))), checksum(before));
    }
  });

  it("gives the pages' password to the wiring alone", async () => {
    const registered = await register({}, { mediaLoginPassword: pulumi.output("hunter2hunter2") });
    const users = registered.filter(
      ({ type, inputs }) =>
        type !== "kubernetes:core/v1:Secret" && JSON.stringify(inputs).includes("media-web-login"),
    );
    assert.deepEqual(users.map(({ type }) => type).sort(), [
      "kubernetes:batch/v1:CronJob",
      "kubernetes:batch/v1:Job",
    ]);
  });

  it("wires nothing where that is turned off, and exports nothing that nobody collects", async () => {
    const off = counts(
      await register({ wiring: { enabled: false }, exporters: { enabled: false } }),
    );
    for (const type of [
      "batch/v1:Job",
      "batch/v1:CronJob",
      "monitoring.coreos.com/v1:PodMonitor",
    ]) {
      assert.equal(off[`kubernetes:${type}`], undefined, type);
    }
    assert.equal(off[deploymentType], 8);
    assert.equal(off["kubernetes:core/v1:Secret"], 1);
  });

  it("restarts just the app whose key is rotated, and the exporters that use it", async () => {
    const before = await register();
    const after = await register({ apps: { radarr: { secretGeneration: 2 } } });
    assert.notEqual(secretData(after)["radarr-api-key"], secretData(before)["radarr-api-key"]);
    assert.deepEqual(restarted(before, after), ["radarr", "media-exporters"]);
  });

  it("restarts just Plex when a claim token is given", async () => {
    const after = await register({}, { plexClaimToken: pulumi.output("claim-abc") });
    assert.deepEqual(restarted(await register(), after), ["plex"]);
  });

  it("restarts nothing when nothing changes", async () => {
    assert.deepEqual(restarted(await register(), await register()), []);
  });

  it("shows no secret outside the Secret", async () => {
    const canary = "c0ffee".repeat(5);
    const given = Object.fromEntries(
      ["radarrApiKey", "plexClaimToken", "qbittorrentPassword"].map((key) => [
        key,
        pulumi.secret(canary),
      ]),
    );
    for (const { type, name, inputs } of await register({}, given)) {
      if (type === "kubernetes:core/v1:Secret") continue;
      assert.ok(!JSON.stringify(inputs).includes(canary), `${type} ${name}`);
    }
  });

  it("gives the handle an entry for each app", async () => {
    const apps = { plex: { address: "192.168.1.150" } };
    const { handle } = await run({ apps }, {});
    assert.deepEqual(
      handle?.apps.map(({ name }) => name),
      [...mediaAppNames],
    );
    assert.equal(
      handle.apps.find(({ name }) => name === "plex")?.requestedAddress,
      "192.168.1.150",
    );
  });
});
