import { strict as assert } from "node:assert";
import type { ProgramResult } from "../support/run";
import { assertFindsPlants, assertNoLeaks } from "../../support/searchPlaces";
import { clusterPlaces, secretValues } from "./leaks";
import { admission, modest, privileged } from "./admission";
import { eventually, kubectl, list, type Stored } from "./server";
import { apply, appNames, apps, clusterUp, media, podsByApp, runningApps } from "./stack";

type Fields = Readonly<Record<string, unknown>>;

interface Wanted extends Fields {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

/** Every object of the API that the program asked for: all but charts and the provider. */
function wantedObjects({ registrations }: ProgramResult): Wanted[] {
  return registrations
    .filter(({ type }) => type.startsWith("kubernetes:") && !type.includes("helm.sh"))
    .map(({ inputs }) => inputs as Wanted);
}

const keyOf = ({ kind, metadata }: Wanted | Stored): string =>
  `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`;

/** What the API stores of the wanted objects. */
function storedObjects(wanted: readonly Wanted[]): Map<string, Stored> {
  const kinds = wanted.map(({ apiVersion, kind }) => {
    const [group = "", version] = apiVersion.split("/");
    return version === undefined ? kind : `${kind}.${version}.${group}`;
  });
  const stored = list([...new Set(kinds)].join());
  return new Map(stored.map((object) => [keyOf(object), object]));
}

/** Paths of what was asked for and is not stored so. */
function lost(wanted: unknown, stored: unknown, path: string): string[] {
  if (!isFields(wanted)) return wanted === stored ? [] : [`${path}: ${String(stored)}`];
  // The API leaves an empty list out.
  if (Array.isArray(wanted) && wanted.length === 0 && stored === undefined) return [];
  if (!isFields(stored)) return [path];
  if (Array.isArray(wanted) && wanted.length !== stored["length"]) return [path];
  return Object.entries(wanted).flatMap(([key, value]) =>
    lost(value, stored[key], `${path}.${key}`),
  );
}

function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isFields(inner) ? inner[String(key)] : undefined),
    value,
  );
}

/** A node that runs nothing: the scheduler sees it, and that is all there is to see. */
const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "edge-1", labels: { "kubernetes.io/hostname": "edge-1" } },
  status: {
    capacity: { cpu: "4", memory: "7782Mi", pods: "110" },
    allocatable: { cpu: "4", memory: "7782Mi", pods: "110" },
    conditions: [{ type: "Ready", status: "True", reason: "Test" }],
  },
};

function taints(name: string): number {
  const found = JSON.parse(kubectl(`get node ${name} --output json`)) as Stored;
  return ((found.spec?.["taints"] ?? []) as unknown[]).length;
}

/** Random values, which the lab's engine draws itself. */
function generated({ registrations }: ProgramResult): unknown[] {
  return registrations.filter(({ type }) => type.startsWith("random:"));
}

describe("an existing cluster gets the production stack", () => {
  let first: ProgramResult;
  const find = (kind: string, name: string): Stored => {
    const found = list(kind, media).find(({ metadata }) => metadata.name === name);
    return found ?? assert.fail(`no ${kind} ${name}`);
  };

  before(async () => {
    await clusterUp();
    first = await apply();
  });

  it("stores every object as the program asked for it, and dials no host", () => {
    const wanted = wantedObjects(first);
    const stored = storedObjects(wanted);
    const missing = wanted.flatMap((object) => {
      const { stringData, ...rest } = object;
      const data = Object.entries((stringData ?? {}) as Record<string, string>).map(
        ([key, text]) => [key, Buffer.from(text).toString("base64")] as const,
      );
      const whole = data.length === 0 ? rest : { ...rest, data: Object.fromEntries(data) };
      return lost(whole, stored.get(keyOf(object)), keyOf(object));
    });
    assert.deepEqual(missing, []);
    assert.equal(first.report.counts.created, wanted.length + generated(first).length);
    assert.equal(first.report.counts.skipped, first.report.releases.length, "charts alone");
    assert.deepEqual(
      first.registrations.filter(({ type }) => type.startsWith("command:")),
      [],
    );
    const kinds = new Set(wanted.map(({ kind }) => kind));
    for (const kind of ["IPAddressPool", "ClusterIssuer", "NetworkPolicy", "Deployment"]) {
      assert.ok(kinds.has(kind), kind);
    }
  });

  it("runs the eight apps, each with its Service on its port and the address it asks for", async () => {
    assert.deepEqual(await runningApps(appNames), appNames);
    const pods = podsByApp();
    const services = new Map(list("services", media).map((one) => [one.metadata.name, one]));
    for (const [name, address, port] of apps) {
      const { metadata, spec } = services.get(name) ?? assert.fail(`no Service ${name}`);
      assert.equal(spec?.["type"], "LoadBalancer", name);
      assert.equal(metadata.annotations?.["metallb.io/loadBalancerIPs"], address, name);
      assert.equal(at(spec, "ports", 0, "port"), port, name);
      assert.equal(at(spec, "ports", 0, "nodePort"), undefined, `${name} opens a port on hosts`);
      const [container] = at(pods.get(name)?.spec, "containers") as Fields[];
      assert.equal(at(container, "ports", 0, "containerPort"), port, name);
      for (const part of ["livenessProbe", "readinessProbe", "startupProbe"]) {
        assert.ok(isFields(container?.[part]), `${name} has no ${part}`);
      }
      for (const bound of ["requests", "limits"]) {
        assert.ok(at(container, "resources", bound, "memory"), `${name} has no ${bound}`);
      }
    }
    const memory = (name: string) =>
      at(podsByApp().get(name), "spec", "containers", 0, "resources");
    assert.equal(at(memory("plex"), "requests", "memory"), "4Gi");
    assert.equal(at(memory("plex"), "limits", "memory"), "8Gi");
    assert.equal(at(memory("qbittorrent"), "requests", "memory"), "1Gi");
    assert.equal(at(memory("qbittorrent"), "limits", "memory"), "2Gi");
  });

  it("labels and annotates every object, and every pod with its app", () => {
    const kinds = "deployments,services,serviceaccounts,networkpolicies,configmaps,secrets,pvc";
    const ours = list(kinds, media).filter(
      ({ metadata }) => !["default", "kube-root-ca.crt"].includes(metadata.name),
    );
    // Per app a Deployment, Service, ServiceAccount and NetworkPolicy; three and two of the tools;
    // default policy, two ConfigMaps, three Secrets, two claims.
    assert.equal(ours.length, 8 * 4 + 3 + 2 + 1 + 2 + 3 + 2);
    const pods = podsByApp();
    for (const object of ours) {
      const { labels = {}, annotations = {}, name } = object.metadata;
      const where = `${object.kind} ${name}`;
      assert.equal(labels["app.kubernetes.io/name"], name, where);
      assert.equal(labels["app.kubernetes.io/part-of"], "media-stack", where);
      assert.equal(labels["app.kubernetes.io/managed-by"], "pulumi", where);
      assert.ok(annotations["description"], where);
      const app = apps.find(([known]) => known === name);
      // What all share comes before the apps, the tools come after them.
      const waves = app === undefined ? ["0", "5"] : [String(app[3])];
      assert.ok(waves.includes(annotations["argocd.argoproj.io/sync-wave"] ?? ""), where);
      if (app === undefined) continue;
      assert.ok(labels["app.kubernetes.io/component"], where);
      assert.ok(labels["app.kubernetes.io/version"], where);
      const link = annotations["link.argocd.argoproj.io/external-link"];
      assert.ok(link?.startsWith(`http://${app[1]}:${app[2]}`), `${where}: ${String(link)}`);
      assert.equal(pods.get(name)?.metadata.labels?.["app.kubernetes.io/name"], name);
    }
  });

  it("binds the two claims as they were asked for", () => {
    for (const [name, size] of [
      ["media-storage", "10Ti"],
      ["media-configs", "50Gi"],
    ] as const) {
      const { spec, status } = find("pvc", name);
      assert.equal(spec?.["storageClassName"], "nfs-client");
      assert.deepEqual(spec["accessModes"], ["ReadWriteMany"]);
      assert.equal(at(spec, "resources", "requests", "storage"), size);
      assert.equal(status?.["phase"], "Bound", name);
    }
    const { data } = find("configmap", "media-common-config");
    assert.deepEqual(data, { PUID: "1000", PGID: "1000", TZ: "America/Los_Angeles" });
  });

  it("gives no pod a token of the API, and no secret in clear", () => {
    const secrets = Object.entries(find("secret", "media-stack-secrets").data ?? {});
    assert.deepEqual(
      secrets.map(([key]) => key).sort(),
      [
        ...["lidarr", "overseerr", "prowlarr", "radarr", "sabnzbd", "sonarr"].map(
          (name) => `${name}-api-key`,
        ),
        "qbittorrent-password",
      ].sort(),
    );
    for (const [name, { spec }] of podsByApp()) {
      const volumes = at(spec, "volumes") as Fields[];
      assert.ok(!volumes.some((volume) => "projected" in volume), `${name} mounts a token`);
      assert.equal(spec?.["serviceAccountName"], name);
      for (const [key, value] of secrets) {
        const clear = Buffer.from(value, "base64").toString();
        assert.ok(!JSON.stringify(spec).includes(clear), `${name} shows ${key}`);
      }
    }
  });

  it("has the API hold namespaces to their Pod Security level", () => {
    for (const namespace of ["cert-manager", "argocd", "loki", "traefik"]) {
      assert.match(admission(namespace, privileged), /violates PodSecurity "restricted:latest"/);
      assert.equal(admission(namespace, modest), "admitted", namespace);
    }
    for (const namespace of ["media", "metallb-system", "monitoring", "alloy", "csi-driver-nfs"]) {
      assert.equal(admission(namespace, privileged), "admitted", namespace);
    }
  });

  it("changes nothing when it is applied again", async () => {
    const look = () => {
      const stored = storedObjects(wantedObjects(first));
      const pods = [...podsByApp()].map(([name, { metadata }]) => [name, metadata.uid]);
      return {
        versions: [...stored].map(([key, { metadata }]) => [key, metadata.resourceVersion]),
        pods: pods.sort(),
      };
    };
    const before = look();
    const { report, log } = await apply();
    assert.deepEqual(look(), before);
    assert.equal(report.counts.created + report.counts.changed, 0, log.join("\n"));
  });

  it("restarts just the app whose key is rotated", async () => {
    const uids = () =>
      new Map([...podsByApp()].map(([name, { metadata }]) => [name, metadata.uid]));
    const keys = () => find("secret", "media-stack-secrets").data ?? {};
    const before = { uids: uids(), keys: keys() };
    await apply({ apps: { radarr: { secretGeneration: 2 } } });
    assert.deepEqual(await runningApps(appNames), appNames);
    const now = { uids: uids(), keys: keys() };
    const restarted = appNames.filter((name) => now.uids.get(name) !== before.uids.get(name));
    assert.deepEqual(restarted, ["radarr"]);
    const names = Object.keys(before.keys);
    assert.deepEqual(Object.keys(now.keys), names);
    assert.deepEqual(
      names.filter((name) => now.keys[name] !== before.keys[name]),
      ["radarr-api-key"],
    );
  });

  it("puts Plex on a node without etcd where there is one", async () => {
    const nodeOf = () => podsByApp().get("plex")?.spec?.["nodeName"];
    const plex = `--namespace ${media} --selector app.kubernetes.io/name=plex`;
    assert.equal(nodeOf(), "bramble-1", "with an etcd server only, Plex has no choice");
    kubectl("apply --server-side --filename -", node);
    kubectl("apply --server-side --subresource status --filename -", node);
    assert.equal(
      await eventually(
        () => taints("edge-1"),
        (count) => count === 0,
      ),
      0,
    );
    kubectl(`delete pods ${plex}`);
    assert.equal(await eventually(nodeOf, (name) => name !== undefined), "edge-1");
    kubectl("delete node edge-1");
    kubectl(`delete pods ${plex} --force`);
    assert.deepEqual(await runningApps(appNames), appNames);
  });

  it("passes baseline with all eight apps, where a privileged pod is refused", async () => {
    const change = { podSecurity: "baseline", apps: { radarr: { secretGeneration: 2 } } };
    await apply(change);
    assert.match(admission(media, privileged), /violates PodSecurity "baseline:latest"/);
    kubectl(`delete pods --all --namespace ${media}`);
    assert.deepEqual(await runningApps(appNames), appNames);
  });

  it("passes restricted with the apps whose images never need root", async () => {
    const rooted = ["overseerr", "plex"];
    const off = Object.fromEntries(rooted.map((name) => [name, { enabled: false }]));
    await assert.rejects(apply({ podSecurity: "restricted" }), /overseerr, plex/);
    await apply({ podSecurity: "restricted", apps: { ...off, radarr: { secretGeneration: 2 } } });
    assert.match(admission(media, privileged), /violates PodSecurity "restricted:latest"/);
    const rest = appNames.filter((name) => !rooted.includes(name));
    kubectl(`delete pods --all --namespace ${media}`);
    assert.deepEqual(await runningApps(rest), rest);
  });

  it("shows its secrets in no object but Secrets, and in nothing that is said or logged", () => {
    const canaries = secretValues();
    assert.ok(Object.keys(canaries).length > 8, Object.keys(canaries).join());
    const said = { name: "what the first run said", text: first.log.join("\n"), holds: "radarr" };
    const places = [...clusterPlaces(), said];
    assertNoLeaks(places, canaries);
    assertFindsPlants(places, canaries);
  });
});
