import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { stringify } from "yaml";
import type { Config } from "../../config/schema";
import type { Registration } from "../../operations/inprocess/run";
import { planStack } from "../../operations/plan/plan";
import { readStackConfig, stackFilePath } from "../../operations/stackFile";
import { withFolder } from "../support/folders";
import { matchesGolden } from "../support/golden";
import {
  countTypes,
  existingCluster,
  find,
  hostRow,
  ownCluster,
  runProgram,
} from "../support/program";

/** What the hosts and their cluster are made of; everything else is in the cluster. */
function isOfHosts(type: string): boolean {
  return /^(command:|bramble:(host|k3s):)/.test(type);
}

/** Exactly what the hosts of a stack and their cluster consist of. */
function expectedOfHosts(config: Config): Record<string, number> {
  const hosts = config.hosts.length;
  const servers = config.hosts.filter(({ role }) => role === "server").length;
  const virtualIp = config.k3s.virtualIp === undefined ? 0 : 1;
  // Scripts, facts, preflight, prepare, binary, config, registration, agent token, reboot, back,
  // teardown, k3s.
  const onEachHost = 12;
  // The server's token, audit policy, admission, kube-vip.
  const onServers = servers * (3 + virtualIp);
  // Away before an agent is changed, and home.
  const onAgents = (hosts - servers) * 2;
  // Membership wherever another server can see to it.
  const memberships = servers > 1 ? hosts : hosts - servers;
  // Permission to initialise, kubeconfig, all nodes Ready, their labels.
  const once = 4;
  return {
    "command:remote:Command": hosts * onEachHost + onServers + onAgents + memberships + once,
    "bramble:host:Host": hosts,
    "bramble:k3s:K3sIdentity": 1,
    "bramble:k3s:K3sCluster": 1,
    "bramble:k3s:K3sBinary": hosts,
    "bramble:k3s:K3sNode": hosts,
  };
}

describe("the three stacks' plans", () => {
  for (const stack of ["local", "staging", "production"]) {
    it(`${stack} consists of exactly these resources`, async () => {
      const { resources } = await planStack(stack);
      const ofHosts = resources.filter(({ type }) => isOfHosts(type));
      assert.deepEqual(countTypes(ofHosts), expectedOfHosts(readStackConfig(stack)));
      const rest = resources
        .filter(({ type }) => !isOfHosts(type))
        .map(({ type, name }) => `${type} ${name}`);
      matchesGolden(`plans/${stack}.txt`, `${rest.sort().join("\n")}\n`);
    });
  }

  it("are the same bytes each time", async () => {
    const first = JSON.stringify(await planStack("production"));
    assert.equal(JSON.stringify(await planStack("production")), first);
  });

  it("do not depend on the order of keys in the file", async () => {
    const plan = async (config: object) =>
      withFolder(async (folder) => {
        writeFileSync(stackFilePath("home", folder), stringify({ config }));
        return JSON.stringify(await planStack("home", folder));
      });
    const entries = Object.entries(ownCluster).map(([key, value]) => [`bramble:${key}`, value]);
    assert.equal(
      await plan(Object.fromEntries(entries) as object),
      await plan(Object.fromEntries(entries.reverse()) as object),
    );
  });
});

/** Everything that lives in the cluster. */
function inCluster(registrations: readonly Registration[]): Registration[] {
  return registrations.filter(({ type }) => type.startsWith("kubernetes:"));
}

/** What Argo CD can take over: all that is in the media namespace, but for Secrets. */
function isWorkload({ type, urn, inputs }: Registration): boolean {
  const { metadata } = inputs as { metadata?: { namespace?: string } };
  return (
    urn.includes("bramble:workload:MediaStack$") &&
    metadata?.namespace === "media" &&
    !type.endsWith(":Secret")
  );
}

/** The component on which the workloads hang. */
function markerOf(registrations: readonly Registration[]): string | undefined {
  return registrations.find(({ type }) => type === "bramble:workload:DeliveredByPulumi")?.urn;
}

describe("stacks/environment", () => {
  let own: readonly Registration[];
  before(async () => {
    own = (await runProgram(ownCluster)).registrations;
  });

  for (const servers of [1, 3, 5]) {
    it(`has the same hosts to the last command with ${servers} server(s)`, async () => {
      const hosts = Array.from({ length: servers }, (_, index) => hostRow(index + 1, "server"));
      const sections = { ...ownCluster, hosts };
      const { registrations } = await runProgram(sections);
      await withFolder((folder) => {
        const config = Object.entries(sections).map(([key, value]) => [`bramble:${key}`, value]);
        writeFileSync(
          stackFilePath("home", folder),
          stringify({ config: Object.fromEntries(config) as object }),
        );
        assert.deepEqual(
          countTypes(registrations.filter(({ type }) => isOfHosts(type))),
          expectedOfHosts(readStackConfig("home", folder)),
        );
      });
    });
  }

  it("hangs every object of our own cluster on the anchor, and talks by the one provider", () => {
    const anchor = find(own, "cluster-id");
    const provider = find(own, "cluster");
    assert.ok(inCluster(own).length > 50);
    for (const one of inCluster(own)) {
      const expected = isWorkload(one) ? markerOf(own) : anchor.urn;
      assert.equal(one.deletedWith, expected, one.urn);
      assert.equal(one.provider, provider.urn, one.urn);
      assert.equal(one.protect, false, one.urn);
    }
  });

  it("hangs nothing but what the media namespace takes with it on anything in a cluster that stays", async () => {
    const { registrations } = await runProgram(existingCluster);
    assert.ok(inCluster(registrations).length > 50);
    for (const one of registrations) {
      const expected = isWorkload(one) ? markerOf(registrations) : undefined;
      assert.equal(one.deletedWith, expected, one.urn);
    }
  });

  it("forgets the workloads without deleting them when Argo CD takes over, claims always", () => {
    const claims = own
      .filter(isWorkload)
      .filter(({ type }) => type.endsWith(":PersistentVolumeClaim"));
    assert.ok(claims.length > 0);
    for (const one of own) assert.equal(one.retainOnDelete, claims.includes(one), one.urn);
    assert.equal(
      own.filter(isWorkload).some(({ type }) => type.endsWith(":Secret")),
      false,
    );
  });

  it("installs nothing before every node is Ready", () => {
    const ready = find(own, "nodes-ready").urn;
    const byUrn = new Map(own.map((one) => [one.urn, one]));
    const reaches = (urn: string, seen = new Set<string>()): boolean => {
      if (urn === ready) return true;
      if (seen.has(urn)) return false;
      seen.add(urn);
      const one = byUrn.get(urn);
      const needs = [...(one?.dependsOn ?? []), ...(one?.provider ? [one.provider] : [])];
      return needs.some((need) => reaches(need, seen));
    };
    for (const { urn } of inCluster(own)) assert.ok(reaches(urn), urn);
  });

  it("gives every resource its component, and each name once per type", () => {
    const alone = own.filter(({ parent }) => parent === undefined);
    assert.deepEqual(alone.map(({ type }) => type).sort(), [
      "bramble:host:Host",
      "bramble:host:Host",
      "bramble:host:Host",
      "bramble:host:Host",
      "bramble:k3s:K3sCluster",
      "bramble:k3s:K3sIdentity",
      "bramble:ops:AppBackups",
      "bramble:ops:Ops",
      "bramble:platform:Platform",
      "bramble:workload:MediaStack",
      "pulumi:providers:kubernetes",
    ]);
    const urns = own.map(({ urn }) => urn);
    assert.equal(new Set(urns).size, urns.length);
  });
});
