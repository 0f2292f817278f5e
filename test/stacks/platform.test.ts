import assert from "node:assert/strict";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../../catalogue/charts";
import { configSchema } from "../../config/schema";
import { platform, type PlatformCluster, platformSettings } from "../../stacks/platform";
import { matchesGolden } from "../support/golden";

const config = {
  network: {
    domain: "home.example.org",
    pools: [{ name: "lan", addresses: ["192.168.1.150-192.168.1.180"] }],
    ingressAddress: "192.168.1.150",
  },
  storage: { nfs: { server: "192.168.1.10", path: "/srv/media" } },
};

interface Registration {
  /** Last part of the type, and the name: `Release traefik`. */
  readonly label: string;
  readonly resource: pulumi.Resource;
  readonly opts: pulumi.ResourceOptions;
  readonly props: Record<string, unknown>;
}

interface Run {
  readonly registrations: readonly Registration[];
  readonly anchor: pulumi.Resource;
  readonly provider: pulumi.Resource;
}

/** Runs the platform against mocks and records what it registers, options included. */
async function run(section: object, ownCluster = true): Promise<Run> {
  const registrations: Registration[] = [];
  let anchor: pulumi.Resource | undefined;
  let provider: Provider | undefined;
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs as Record<string, unknown>,
    newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }),
  });
  await pulumi.runtime.runInPulumiStack(() => {
    anchor = new pulumi.ComponentResource("test:index:Anchor", "anchor");
    provider = new Provider("cluster", { kubeconfig: "{}" });
    pulumi.runtime.registerStackTransformation(({ resource, type, name, opts, props }) => {
      registrations.push({
        label: `${type.split(":").at(-1) ?? type} ${name}`,
        resource,
        opts,
        props,
      });
      return undefined;
    });
    const cluster: PlatformCluster = {
      provider,
      anchor: ownCluster ? anchor : undefined,
      ready: [anchor],
      serverAddresses: [],
    };
    platform(configSchema.parse(section), cluster);
    return Promise.resolve(undefined);
  });
  await pulumi.runtime.disconnect();
  assert.ok(anchor && provider);
  return { registrations, anchor, provider };
}

function find({ registrations }: Run, label: string): Registration {
  const found = registrations.find((one) => one.label === label);
  assert.ok(found, `${label} is not registered`);
  return found;
}

/** All that a resource waits for: a component stands for everything inside it. */
function waitsFor({ registrations }: Run, start: Registration): Set<pulumi.Resource> {
  const reached = new Set<pulumi.Resource>();
  const visit = (resource: pulumi.Resource): void => {
    if (reached.has(resource)) return;
    reached.add(resource);
    for (const { resource: inner, opts } of registrations) {
      if (inner === resource) directly(opts).forEach(visit);
      if (opts.parent === resource) visit(inner);
    }
  };
  directly(start.opts).forEach(visit);
  return reached;
}

function directly({ dependsOn }: pulumi.ResourceOptions): pulumi.Resource[] {
  return Array.isArray(dependsOn) ? (dependsOn as pulumi.Resource[]) : [];
}

describe("stacks/platform", () => {
  let all: Run;
  before(async () => {
    all = await run(config);
  });

  it("makes exactly these resources", () => {
    const labels = all.registrations.map(({ label }) => label).sort();
    matchesGolden("platform/resources.txt", `${labels.join("\n")}\n`);
  });

  it("hangs everything in our own cluster on the anchor, so that a drill need not walk it", () => {
    for (const { label, opts } of inCluster(all)) {
      assert.equal(opts.deletedWith, all.anchor, label);
    }
  });

  it("hangs nothing on it in a cluster that stays: there, destroy has to delete", async () => {
    const existing = await run(config, false);
    for (const { label, opts } of existing.registrations) {
      assert.equal(opts.deletedWith, undefined, label);
    }
  });

  it("talks to the given cluster only, once it is ready", () => {
    for (const registration of inCluster(all)) {
      assert.equal(registration.opts.provider, all.provider, registration.label);
      if (registration.label === "Platform platform") continue;
      assert.ok(waitsFor(all, registration).has(all.anchor), registration.label);
    }
  });

  it("makes namespaces and Secrets before the releases that live in and refer to them", () => {
    const pairs = [
      ["Release traefik", "Namespace traefik"],
      ["Release monitoring", "Secret grafana-admin"],
      ["Release argocd", "Secret argocd-secret"],
      ["Secret grafana-admin", "Namespace monitoring"],
      ["Secret argocd-secret", "Namespace argocd"],
    ];
    for (const [later, earlier] of pairs) assertOrder(later, earlier);
  });

  it("makes custom resources after the release that answers for them", () => {
    assertOrder("IPAddressPool metallb-pool-lan", "Release metallb");
    assertOrder("L2Advertisement metallb-l2", "IPAddressPool metallb-pool-lan");
    assertOrder("ClusterIssuer bramble-selfsigned-clusterissuer", "Release cert-manager");
    assertOrder(
      "Certificate bramble-ca-certificate",
      "ClusterIssuer bramble-selfsigned-clusterissuer",
    );
    assertOrder("ClusterIssuer bramble-ca-clusterissuer", "Certificate bramble-ca-certificate");
  });

  it("installs Traefik once addresses are handed out, and Alloy once Loki takes logs", () => {
    assertOrder("Release traefik", "L2Advertisement metallb-l2");
    assertOrder("Release alloy", "Release loki");
  });

  it("lets no release wait for the largest one, whose images take minutes on a Pi", () => {
    const monitoring = find(all, "Release monitoring").resource;
    for (const name of ["traefik", "metallb", "cert-manager", "loki", "alloy", "argocd"]) {
      assert.ok(!waitsFor(all, find(all, `Release ${name}`)).has(monitoring), name);
    }
  });

  it("serves each interface once it is there, and the default certificate before any of them", () => {
    assertOrder("Ingress grafana", "Release monitoring");
    assertOrder("IngressRoute traefik-dashboard", "Release traefik");
    assertOrder("Certificate default-certificate", "Release cert-manager");
    const waited = waitsFor(all, find(all, "TLSStore default-tls-store"));
    assert.ok(!waited.has(find(all, "Release monitoring").resource));
    assert.ok(
      !waitsFor(all, find(all, "Ingress argocd")).has(find(all, "Release monitoring").resource),
    );
  });

  it("adds Let's Encrypt's issuers when there is an account", async () => {
    const { registrations } = await run({ platform: { certManager: { email: "me@example.org" } } });
    const issuers = registrations
      .map(({ label }) => label)
      .filter((label) => label.startsWith("ClusterIssuer"));
    assert.deepEqual(issuers.slice(2), [
      "ClusterIssuer letsencrypt-staging-clusterissuer",
      "ClusterIssuer letsencrypt-production-clusterissuer",
    ]);
  });

  it("announces nothing without pools", async () => {
    const { registrations } = await run({});
    assert.ok(!registrations.some(({ label }) => /^(IPAddressPool|L2Advertisement)/.test(label)));
  });

  it("makes nothing but its parent when everything is off", async () => {
    const off = { enabled: false };
    const { registrations } = await run({
      platform: {
        traefik: off,
        metallb: off,
        certManager: off,
        monitoring: off,
        logging: off,
        tracing: off,
        argocd: off,
      },
    });
    assert.deepEqual(
      registrations.map(({ label }) => label),
      ["Platform platform"],
    );
  });

  it("waits for workloads and keeps a failed upgrade from half replacing what ran", () => {
    for (const { label, props } of inCluster(all).filter((one) =>
      one.label.startsWith("Release "),
    )) {
      assert.equal(props["createNamespace"], false, label);
      assert.equal(props["cleanupOnFail"], true, label);
      assert.equal(props["timeout"], 900, label);
      assert.equal(props["skipAwait"] ?? false, false, label);
    }
  });

  it("takes every chart from the mirror when there is one", async () => {
    const mirrored = await run({ ...config, charts: { mirror: "oci://registry.lan/charts" } });
    for (const { label, props } of inCluster(mirrored).filter((one) =>
      one.label.startsWith("Release "),
    )) {
      assert.match(String(props["chart"]), /^oci:\/\/registry\.lan\/charts\/[a-z-]+$/, label);
    }
  });

  function inCluster({ registrations }: Run): Registration[] {
    return registrations.filter(({ label }) => !label.startsWith("RandomPassword"));
  }

  function assertOrder(later = "", earlier = ""): void {
    assert.ok(
      waitsFor(all, find(all, later)).has(find(all, earlier).resource),
      `${later} does not wait for ${earlier}`,
    );
  }
});

describe("platformSettings", () => {
  const settings = (section: object, cluster = {}) =>
    platformSettings(configSchema.parse(section), { serverAddresses: [], ...cluster });

  it("scrapes and queries just what is installed", () => {
    const off = { enabled: false };
    const { kubePrometheusStack } = settings({ platform: { logging: off, argocd: off } });
    assert.equal(kubePrometheusStack?.lokiUrl, undefined);
    assert.deepEqual(kubePrometheusStack?.scraped, [
      charts.traefik,
      charts.metallb,
      charts.certManager,
    ]);
  });

  it("takes etcd's addresses from our own servers", () => {
    const serverAddresses = ["192.168.1.21", "192.168.1.22"];
    const { kubePrometheusStack } = settings({}, { serverAddresses });
    assert.deepEqual(kubePrometheusStack?.etcdEndpoints, serverAddresses);
  });

  it("mounts from the host of the cluster that exports its disk", () => {
    const section = { storage: { nfs: { host: "pi-4", path: "/srv" } } };
    assert.deepEqual(settings(section, { nfsServer: "192.168.1.24" }).csiDriverNfs, {
      server: "192.168.1.24",
      path: "/srv",
    });
    assert.throws(() => settings(section), /bramble:storage\.nfs: set `server`, or `host`/);
  });

  it("asks for an address only where one can be given", () => {
    assert.equal(settings({}).traefik?.loadBalancer, false);
    assert.equal(settings({ network: config.network }).traefik?.loadBalancer, true);
  });
});
