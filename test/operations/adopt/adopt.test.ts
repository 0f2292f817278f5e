import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { adoptState, type Cli, finishAdoption } from "../../../operations/adopt/adopt";
import {
  isGenerated,
  knownValues,
  marked,
  secretPlaces,
  secretsToRead,
} from "../../../operations/adopt/generated";
import { agreedFacts, parseObserved, refusals } from "../../../operations/adopt/observed";
import { beforeReleases, existingReleases, importFile } from "../../../operations/adopt/releases";
import { adoptedState } from "../../../operations/adopt/state";
import type { Registration } from "../../../operations/inprocess/run";
import { stackRegistrations } from "../../../operations/plan/plan";
import { withFolder } from "../../support/folders";
import { ownCluster } from "../../support/program";

const id = "7f2c1d5e-0000-4000-8000-000000000000";
const other = "00000000-0000-4000-8000-000000000000";

function told(lines: Readonly<Record<string, string>> = {}): string {
  const usual = {
    "cluster-id": id,
    "server-token": "s3cretserver",
    "agent-token": "s3cretagent",
    ...{ running: "yes", member: "yes", since: "42" },
  };
  return Object.entries({ ...usual, ...lines })
    .map(([key, value]) => `${key} ${value}\n`)
    .join("");
}

const server = (name: string, lines?: Readonly<Record<string, string>>) =>
  parseObserved(name, "server", told(lines));

describe("hosts that are to be adopted", () => {
  it("are taken when they agree", () => {
    const agent = parseObserved("pi-4", "agent", told({ "server-token": "none" }));
    assert.deepEqual(agreedFacts([server("pi-1"), server("pi-2"), agent]), {
      clusterId: id,
      serverToken: "s3cretserver",
      agentToken: "s3cretagent",
    });
  });

  const cases = [
    ["another cluster", { "cluster-id": other }, /disagree about the cluster's id: pi-1 7f2c/],
    ["no cluster", { "cluster-id": "none" }, /pi-2 is of no cluster that Bramble made/],
    ["another server token", { "server-token": "other" }, /servers disagree about their token/],
    ["another agent token", { "agent-token": "other" }, /disagree about the agents' token/],
    ["a stopped k3s", { running: "no" }, /pi-2 does not run k3s/],
  ] as const;
  for (const [what, lines, expected] of cases) {
    it(`are refused with ${what}, and no token is told`, () => {
      const text = refusals([server("pi-1"), server("pi-2", lines)]).join("\n");
      assert.match(text, expected);
      assert.doesNotMatch(text, /s3cret/);
    });
  }

  it("are refused when the first server is blank: it would begin a second cluster", () => {
    const problems = refusals([server("pi-1", { member: "no" }), server("pi-2")]);
    assert.match(problems.join(), /pi-1 .* carries no data .* second cluster/);
  });
});

describe("the state of an adopted stack", () => {
  let registrations: readonly Registration[];
  const facts = { clusterId: id, serverToken: "s3cretserver", agentToken: "s3cretagent" };
  const rotated = {
    ...ownCluster,
    k3s: { ...ownCluster.k3s, rotation: { serverToken: 3 } },
    media: { apps: { radarr: { secretGeneration: 2 } } },
  };

  before(async () => {
    await withFolder(async (folder) => {
      const entries = Object.entries(rotated).map(([key, value]) => [`bramble:${key}`, value]);
      const text = stringify({ config: Object.fromEntries(entries) as object });
      writeFileSync(join(folder, "Pulumi.home.yaml"), text);
      registrations = await stackRegistrations("home", folder, marked);
    });
  });

  it("knows, without a table, which Secret holds which generated value", () => {
    const places = secretPlaces(registrations);
    assert.equal(places.get("radarr-api-key"), "media/media-stack-secrets/radarr-api-key");
    assert.equal(places.get("monitoring-grafana-admin"), "monitoring/grafana-admin/admin-password");
    assert.deepEqual(secretsToRead(places), [
      "media/media-stack-secrets",
      "media/media-web-login",
      "monitoring/grafana-admin",
    ]);
  });

  it("holds the generated values under the program's own inputs, so that none is replaced", () => {
    const secrets = new Map([
      ["media/media-stack-secrets/radarr-api-key", "00112233445566778899aabbccddeeff"],
    ]);
    const values = knownValues(registrations, secretPlaces(registrations), facts, secrets);
    const empty = JSON.stringify({ version: 3, deployment: { manifest: { version: "v3" } } });
    const text = adoptedState({
      ...{ stack: "home", exported: empty, registrations, values, randomVersion: "4.21.2" },
    });
    const { deployment } = JSON.parse(text) as {
      deployment: { resources: Record<string, unknown>[] };
    };
    const byUrn = (end: string) =>
      deployment.resources.find(({ urn }) => String(urn).endsWith(`::${end}`));
    assert.deepEqual(byUrn("server-token")?.["inputs"], {
      length: 48,
      special: false,
      keepers: { rotation: "3" },
    });
    assert.match(JSON.stringify(byUrn("server-token")?.["outputs"]), /s3cretserver/);
    assert.equal(byUrn("cluster-id")?.["id"], id);
    assert.equal(byUrn("radarr-api-key")?.["id"], "none");
    // Every parent comes before its child, or the CLI refuses the state.
    const seen = new Set<unknown>();
    for (const { urn, parent } of deployment.resources) {
      assert.ok(parent === undefined || seen.has(parent), `${String(urn)} before its parent`);
      seen.add(urn);
    }
    const generated = registrations.filter(isGenerated).map(({ name }) => name);
    assert.ok(generated.length > values.size, "what nobody knows is left to be made anew");
  });

  it("is refused where there is a state", () => {
    const exported = JSON.stringify({ version: 3, deployment: { resources: [{}, {}] } });
    assert.throws(
      () =>
        adoptedState({
          ...{ stack: "home", exported, registrations, values: new Map(), randomVersion: "4" },
        }),
      /stack home holds 2 resources: its state is not gone/,
    );
  });

  it("makes all that comes before a release first, and takes the release over by its id", () => {
    const releases = existingReleases(registrations, ["cert-manager/cert-manager", "x/y"]);
    assert.deepEqual(
      releases.map((release) => release.id),
      ["cert-manager/cert-manager"],
    );
    const names = beforeReleases(registrations, releases).map((urn) => urn.split("::").at(-1));
    for (const name of ["pi-1-k3s", "kubeconfig", "cluster"]) assert.ok(names.includes(name), name);
    // A target whose component is no target is refused by the CLI.
    const urns = new Set(beforeReleases(registrations, releases));
    for (const { urn, parent, custom } of registrations) {
      if (custom && urns.has(urn)) assert.ok(parent === undefined || urns.has(parent), urn);
    }
    const file = JSON.parse(importFile(releases)) as {
      nameTable: Record<string, string>;
      resources: Record<string, unknown>[];
    };
    assert.equal(file.resources[0]?.["id"], "cert-manager/cert-manager");
    assert.match(file.nameTable["cluster"] ?? "", /pulumi:providers:kubernetes::cluster$/);
    for (const { registration } of releases) {
      assert.ok(!beforeReleases(registrations, releases).includes(registration.urn));
    }
  });
});

describe("adopt", () => {
  const stackFile = `config:
  bramble:cluster: { name: home }
  bramble:hosts:
    - { name: pi-1, address: 192.168.1.21, role: server }
  bramble:ssh: { requireHostKeys: false, auth: agent }
  bramble:platform:
    { traefik: { enabled: false }, metallb: { enabled: false }, certManager: { enabled: false },
      monitoring: { enabled: false }, logging: { enabled: false }, argocd: { enabled: false } }
  bramble:media: { enabled: false }
`;

  it("hands the tokens to the CLI in a file of its own user, and prints none", () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, "Pulumi.home.yaml"), stackFile);
      let printed = "";
      let imported = "";
      const cli: Cli = (args) => {
        if (args[1] === "export") return Promise.resolve('{"version":3,"deployment":{}}');
        const file = args[args.indexOf("--file") + 1] ?? "";
        assert.equal(statSync(file).mode & 0o077, 0);
        imported = readFileSync(file, "utf8");
        return Promise.resolve("");
      };
      const code = await adoptState({
        ...{ stack: "home", directory: folder, cli, records: folder },
        print: (text) => (printed += text),
        look: () => Promise.resolve([server("pi-1")]),
      });
      assert.equal(code, 0);
      assert.match(imported, /s3cretserver/);
      assert.match(printed, /taken over: cluster-id, server-token, agent-token\n/);
      assert.doesNotMatch(printed, /s3cret/);
    }));

  it("does not go on where the state does not know the cluster: tokens would be drawn anew", () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, "Pulumi.home.yaml"), stackFile);
      const ran: string[] = [];
      const cli: Cli = (args) => {
        ran.push(args[0] ?? "");
        return Promise.resolve('{"version":3,"deployment":{}}');
      };
      await assert.rejects(
        finishAdoption({
          ...{ stack: "home", directory: folder, cli, records: folder },
          print: () => undefined,
          look: () => Promise.resolve([server("pi-1")]),
        }),
        /stack home does not know cluster 7f2c.*: run npm run adopt -- home first/,
      );
      assert.deepEqual(ran, ["stack"]);
    }));

  it("fails when a k3s was restarted on the way", () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, "Pulumi.home.yaml"), stackFile);
      const starts = ["42", "43"];
      const finish = finishAdoption({
        ...{ stack: "home", directory: folder, records: folder },
        cli: () => Promise.resolve(`{"version":3,"deployment":{"resources":["${id}"]}}`),
        print: () => undefined,
        look: () => Promise.resolve([server("pi-1", { since: starts.shift() ?? "" })]),
      });
      await assert.rejects(finish, /adopted, but k3s was restarted on pi-1/);
    }));
});
