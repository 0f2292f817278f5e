import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { planOf } from "../../operations/plan/plan";
import { renderTree } from "../../operations/plan/tree";
import { type Canaries, leaks } from "../support/canaries";
import { remoteOnes } from "../support/program";
import { runWithCanaries, secretStacks, type SecretRun } from "../support/secretStacks";

/** What the provider of random values makes that has another id than its value. */
const idIsNoSecret = ["RandomPassword", "RandomUuid"];

/** Providers that mark their own secret outputs, by their schema. */
const marksItself = /^(random|tls):/;

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value);
    });
  });
}

/** Every output in what a stack hands out, by its path. */
function outputsIn(value: unknown, path: string): [string, pulumi.Output<unknown>][] {
  if (pulumi.Output.isInstance(value)) return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => outputsIn(inner, `${path}.${key}`));
}

describe("secrets", () => {
  const runs = new Map<string, SecretRun>();
  const all = (): SecretRun[] => [...runs.values()];

  before(async () => {
    for (const [title, sections] of Object.entries(secretStacks)) {
      runs.set(title, await runWithCanaries(sections));
    }
  });

  function assertNowhere(text: string, what: string, canaries: Canaries): void {
    assert.deepEqual(leaks(text, canaries), [], what);
  }

  for (const title of Object.keys(secretStacks)) {
    it(`show in no form in the plan of ${title}`, () => {
      const { registrations = [], canaries = {} } = runs.get(title) ?? {};
      const plan = planOf("home", registrations);
      assertNowhere(JSON.stringify(plan), "the JSON", canaries);
      assertNowhere(JSON.stringify(plan, null, 2), "the JSON", canaries);
      assertNowhere(renderTree(plan), "the tree", canaries);
    });

    it(`stay marked in what ${title} and its components hand out`, async () => {
      const {
        handedOut = new Map<string, unknown>(),
        outputs = {},
        canaries = {},
      } = runs.get(title) ?? {};
      let secret = 0;
      for (const [path, output] of outputsIn(outputs, "outputs")) {
        const shows = leaks(JSON.stringify((await valueOf(output)) ?? null), canaries).length > 0;
        const isSecret = await pulumi.isSecret(output);
        assert.ok(isSecret || !shows, `${path} holds a secret and is not marked`);
        if (isSecret) secret += 1;
      }
      assert.ok(secret > 0, "none is marked");
      assert.ok(handedOut.size > 10);
      for (const [urn, told] of handedOut) {
        assertNowhere(JSON.stringify(told), `what ${urn} hands out`, canaries);
      }
    });
  }

  it("are marked where they come from: what a command prints of them is a secret output", () => {
    for (const { registrations } of all()) {
      const kubeconfigs = registrations.filter(({ name }) => name === "kubeconfig");
      for (const { type, additionalSecretOutputs } of kubeconfigs) {
        if (marksItself.test(type)) continue;
        assert.ok(additionalSecretOutputs.includes("stdout"), type);
      }
    }
  });

  it("are no resource's id: no id can be marked, and all stand in clear in state and on terminals", () => {
    const types = all().flatMap(({ registrations }) => registrations.map(({ type }) => type));
    const random = new Set(types.filter((type) => type.startsWith("random:")));
    assert.deepEqual(
      [...random].map((type) => type.split(":").at(-1)).sort(),
      idIsNoSecret,
      "its id may be its value",
    );
    // A UUID is its own id.
    const names = all().flatMap(({ registrations }) =>
      registrations.filter(({ type }) => type.endsWith(":RandomUuid")).map(({ name }) => name),
    );
    assert.deepEqual([...new Set(names)], ["cluster-id"]);
  });

  it("reach the resources that need them: the search above looks for what is there", () => {
    const text = JSON.stringify(
      all().map(({ registrations }) => registrations.map((r) => r.inputs)),
    );
    const canaries = Object.assign({}, ...all().map((run) => run.canaries)) as Canaries;
    const found = leaks(text, canaries).map(({ secret }) => secret);
    const unused = Object.keys(canaries).filter((name) => !found.includes(name));
    // Commands use the first two. Of the others the program asks for another field, hands the
    // value to nobody, or uses it as a salt.
    assert.deepEqual(
      unused.filter((name) => !/\.(bcryptHash|privateKey\w+)$|-salt\./.test(name)),
      ["deployerKubeconfig", "trailKey"],
    );
  });

  it("are in no command line: those show in the host's process list and in error messages", () => {
    for (const { registrations, canaries } of all()) {
      for (const { name, inputs } of remoteOnes(registrations)) {
        const { connection: _connection, stdin: _stdin, ...shownOnTheHost } = inputs;
        assertNowhere(JSON.stringify(shownOnTheHost), name, canaries);
      }
    }
  });

  it("travel to a host by standard input alone, and nothing of them is logged", () => {
    const allowed = ["connection", "stdin"];
    for (const { registrations } of all()) {
      for (const { name, inputs, secretInputs } of remoteOnes(registrations)) {
        assert.deepEqual(
          secretInputs.filter((path) => !allowed.includes(path.split(".")[0] ?? "")),
          [],
          name,
        );
        if (secretInputs.includes("stdin")) assert.equal(inputs["logging"], "none", name);
      }
    }
  });
});
