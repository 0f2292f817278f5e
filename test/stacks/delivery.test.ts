import assert from "node:assert/strict";
import type { Registration } from "../../operations/inprocess/run";
import { planOf } from "../../operations/plan/plan";
import {
  existingCluster,
  find,
  needsOf,
  ownCluster,
  plausibleOutputs,
  runProgram,
  type Sections,
} from "../support/program";

const https = { by: "argocd", repository: "https://git.example.org/me/home.git" };
const canary = "c4n4ry-token";

async function run(delivery: object, sections: Sections = ownCluster, secrets = {}) {
  const { registrations } = await runProgram(
    { ...sections, delivery },
    { outputs: plausibleOutputs, secrets },
  );
  return registrations;
}

/** Values of the Secret that opens the repository. */
function repositoryOf(registrations: readonly Registration[]): Record<string, string> {
  const { data } = find(registrations, "media-repository").inputs as {
    data: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]),
  );
}

interface Patched {
  readonly spec: {
    readonly source: {
      readonly kustomize: {
        readonly patches: { readonly target: { readonly name: string }; readonly patch: string }[];
      };
    };
  };
}

function patchesOf(registrations: readonly Registration[]): Map<string, string> {
  const spec = find(registrations, "media-application").inputs["spec"] as Patched["spec"];
  return new Map(spec.source.kustomize.patches.map(({ target, patch }) => [target.name, patch]));
}

describe("stacks/delivery", () => {
  it("asks nothing of Argo CD where Pulumi delivers", async () => {
    const registrations = await run({ ...https, by: "pulumi" });
    assert.ok(!registrations.some(({ type }) => type.startsWith("kubernetes:argoproj.io")));
  });

  it("makes the Application once Argo CD runs and all that its pods need is there", async () => {
    const registrations = await run(https);
    const needs = needsOf(registrations, "media-application");
    for (const name of ["argocd", "media-project", "media-repository", "media"]) {
      assert.ok(needs.has(name), name);
    }
    assert.ok(needs.has("media-stack-secrets"));
  });

  it("shows the token to Argo CD alone", async () => {
    const registrations = await run(https, ownCluster, { gitRepositoryToken: canary });
    assert.deepEqual(repositoryOf(registrations), {
      ...{ type: "git", url: https.repository, project: "media" },
      ...{ username: "git", password: canary },
    });
    const shown = JSON.stringify(planOf("home", registrations));
    assert.ok(!shown.includes(canary) && !shown.includes(Buffer.from(canary).toString("base64")));
  });

  it("opens a repository over SSH by its key", async () => {
    const repository = "git@git.example.org:me/home.git";
    const secrets = { gitRepositorySshKey: canary, gitRepositoryToken: "unused" };
    const values = repositoryOf(await run({ ...https, repository }, ownCluster, secrets));
    assert.equal(values["sshPrivateKey"], canary);
    assert.equal(values["password"], undefined);
  });

  it("uses the Argo CD that an existing cluster has", async () => {
    const sections = { ...existingCluster, platform: { argocd: { enabled: false } } };
    const registrations = await run({ ...https, namespace: "gitops" }, sections);
    const { metadata } = find(registrations, "media-application").inputs as {
      metadata?: { namespace?: string };
    };
    assert.equal(metadata?.namespace, "gitops");
  });

  it("restarts just the consumer of a rotated secret", async () => {
    const outputs = (generation: string) => (one: Registration) =>
      one.name === "radarr-api-key" ? { result: generation } : plausibleOutputs(one);
    const sections = { ...ownCluster, delivery: https };
    const runs: Map<string, string>[] = [];
    for (const generation of ["one", "two"]) {
      const { registrations } = await runProgram(sections, { outputs: outputs(generation) });
      runs.push(patchesOf(registrations));
    }
    const [before, after] = runs;
    assert.ok(before && after && before.size > 5);
    const changed = [...before.keys()].filter((name) => before.get(name) !== after.get(name));
    assert.ok(changed.includes("radarr"));
    assert.ok(!changed.includes("sonarr") && !changed.includes("plex"), changed.join());
  });
});
