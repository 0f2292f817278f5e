import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { renderKubeconfig } from "../../components/k3s/kubeconfig";
import { type SecretName, secretNames } from "../../config/secrets";
import { parseConfig } from "../../config/parse";
import type { Registration } from "../../operations/inprocess/run";
import { difference } from "../../operations/plan/difference";
import { renderDifference } from "../../operations/plan/differenceLines";
import { renderMarkdown } from "../../operations/plan/markdown";
import { planOf } from "../../operations/plan/plan";
import { renderTree } from "../../operations/plan/tree";
import { gitFiles } from "../../operations/gitops/files";
import { gitObjects } from "../../operations/gitops/objects";
import { criteria } from "../../operations/score/criteria/all";
import { renderScore } from "../../operations/score/render";
import { scoreBy } from "../../operations/score/score";
import { subjectOf } from "../../operations/score/subject";
import { recordRun } from "../../operations/records/run";
import { noteSecrets, trailFile } from "../../operations/secrets/trail";
import { served, renderUrls } from "../../operations/urls/urls";
import { wantedCluster } from "../../operations/drift/checks";
import { type Canaries, canary, leaks } from "../support/canaries";
import { withFolder } from "../support/folders";
import {
  existingCluster,
  find,
  ownCluster,
  plausibleOutputs,
  runProgram,
  type Sections,
} from "../support/program";
import {
  assertFindsPlants,
  assertNoLeaks,
  folderPlaces,
  type Place,
} from "../support/searchPlaces";
import {
  givenSecrets,
  runWithCanaries,
  secretStacks,
  type SecretRun,
} from "../support/secretStacks";

/** What was thrown, as a terminal, a log or a debugger would show it. */
function shown(error: unknown): string {
  return `${String(error)}\n${inspect(error, { depth: 10, maxStringLength: null })}`;
}

async function failure(work: Promise<unknown>): Promise<string> {
  const nothing = Symbol("nothing was thrown");
  const error: unknown = await work.then(
    () => nothing,
    (thrown: unknown) => thrown,
  );
  assert.notEqual(error, nothing);
  return shown(error);
}

/** Everything that commands show or write of a stack, without a host or a cluster. */
function placesOf(title: string, sections: Sections, run: SecretRun): Place[] {
  const { registrations, outputs } = run;
  const plan = planOf("home", registrations);
  const less = planOf("home", registrations.slice(0, registrations.length / 2));
  // As after a rotation: secrets differ, and so do digests of them.
  const other = planOf(
    "home",
    registrations.map((one) => ({ ...one, shown: { ...one.shown, changed: one.name } })),
  );
  const { config } = parseConfig(sections);
  assert.ok(config);
  const addresses = served(config);
  const score = scoreBy(criteria, subjectOf(config, registrations, []));
  const place = (name: string, text: string, holds: string | RegExp): Place => ({
    ...{ name: `${name} of ${title}`, text, holds },
  });
  return [
    place("the plan", renderTree(plan), "monitoring-grafana-admin"),
    place("the plan as JSON", JSON.stringify(plan, null, 2), "[secret]"),
    ...[less, other].flatMap((before, index) => {
      const found = difference(before, plan);
      return [
        place(`difference ${index}`, renderDifference(found, "main"), /to (add|change)/),
        place(`difference ${index} in Markdown`, renderMarkdown(found, "main", 1e7), "home"),
        place(`difference ${index} as JSON`, JSON.stringify(found), "urn:pulumi"),
      ];
    }),
    place("the score", renderScore("home", "as planned", score), "secrets"),
    place("the score as JSON", JSON.stringify(score), "nothing-in-clear"),
    place("addresses", addresses === undefined ? "none" : renderUrls("home", addresses), /\w/),
    place("what drift compares", JSON.stringify(wantedCluster(registrations)), "argocd"),
    // console.log of an Output, of settings: what a person does who looks for a mistake.
    place("outputs that are printed", inspect(outputs, { depth: 4 }), "OutputImpl"),
  ];
}

describe("no secret leaks from a run in this process", function () {
  this.timeout(60_000);
  const places: Place[] = [];
  let canaries: Canaries = {};
  let own: SecretRun;

  before(async () => {
    for (const [title, sections] of Object.entries(secretStacks)) {
      const run = await runWithCanaries(sections);
      canaries = { ...canaries, ...run.canaries };
      places.push(...placesOf(title, sections, run));
      if (title === "our own cluster") own = run;
    }
    const { registrations } = await runWithCanaries(existingCluster);
    for (const [name, text] of gitFiles("home", gitObjects(registrations, "media"))) {
      places.push({ name: `rendered ${name}`, text, holds: /\w/ });
    }
  });

  it("in plans, differences, scores, rendered files and printed outputs", () => {
    assertNoLeaks(places, canaries);
  });

  it("in messages of a run that fails, whatever failed", async () => {
    const failing: Place[] = [];
    const errors = [
      (name: string) => new Error(`${name}: Process exited with status 1: running "sudo -n …"`),
      (name: string) =>
        new TypeError(`${name}: fetch failed`, { cause: new Error("ECONNREFUSED") }),
      (name: string) => new Error(`${name}: \n  stdout: nothing\n  stderr: refused`),
    ];
    const steps = ["pi-1-config", "kubeconfig", "media-stack-secrets", "server-token"];
    for (const [index, name] of steps.entries()) {
      const work = runProgram(secretStacks["our own cluster"] ?? {}, {
        secrets: givenSecrets,
        outputs: (registration: Registration) => {
          const error = errors[index % errors.length];
          if (registration.name === name && error !== undefined) throw error(name);
          return plausibleOutputs(registration);
        },
      });
      failing.push({ name: `a failing ${name}`, text: await failure(work), holds: name });
    }
    assertNoLeaks(failing, canaries);
  });

  it("in messages about a host's answer that is cut off or no kubeconfig", () => {
    const key = canary("admin-key");
    const answers = {
      "no YAML": `{ "users": [ ${key}\n  client-key-data: ${key}`,
      "another text": key,
      "a broken quote": `users:\n- user: {client-key-data: "${key}`,
      "a key twice": `clusters: ${key}\nclusters: ${key}\n`,
      "cut off": `clusters:\n- name: default\nusers:\n- name: "default\n  ${key}`,
    };
    const found = Object.entries(answers).map(([what, text]): Place => {
      try {
        return { name: what, text: renderKubeconfig(text, "home", "10.69.1.10"), holds: "" };
      } catch (error) {
        return { name: what, text: shown(error), holds: "kubeconfig" };
      }
    });
    assertNoLeaks(found, canaries);
  });

  it("in messages about secrets of a wrong form, in a preview and in a run", async () => {
    const found: Place[] = [];
    for (const preview of [true, false]) {
      for (const name of secretNames) {
        const secrets: Partial<Record<SecretName, string>> = {
          ...givenSecrets,
          [name]: `{"${canary(name)}`,
        };
        for (const sections of [secretStacks["our own cluster"] ?? {}, existingCluster]) {
          const isUsed = sections === existingCluster ? /^kubeconfig$/ : /Cred|Receivers|heartbeat/;
          if (!isUsed.test(name)) continue;
          const work = runProgram(sections, {
            secrets,
            ...(preview ? {} : { outputs: plausibleOutputs }),
          });
          const text = await work.then(() => "nothing was thrown", shown);
          found.push({ name: `a wrong ${name}`, text, holds: /./ });
        }
      }
    }
    assert.ok(found.some(({ text }) => text.includes("registryCredentials")));
    assertNoLeaks(found, canaries);
  });

  it("in records that commands write", () =>
    withFolder(async (folder) => {
      const entries = Object.entries(canaries).filter(([name]) => /^[a-z]\w+$/i.test(name));
      const event = {
        ...{ action: "rotate" as const, reason: "yearly", source: "tests" },
        secrets: entries.map(([name, value]) => ({ name, value })),
      };
      noteSecrets("home", event, { key: canary("trailKey"), folder });
      await assert.rejects(
        recordRun({ stack: "home", kind: "rebuild", nodes: ["pi-1"], folder }, () =>
          Promise.reject(new Error("pi-1 did not come back")),
        ),
      );
      const written = folderPlaces(folder);
      assert.ok(readFileSync(trailFile("home", folder), "utf8").includes("fingerprint"));
      assert.equal(written.length, 2, written.map(({ name }) => name).join());
      assertNoLeaks(written, canaries);
      assert.ok(join(folder, "home") !== "");
    }));

  it("and a leak in any of these places is found, in every form", () => {
    assertFindsPlants(places, canaries);
    // A mark that is lost: the value itself stands in what is shown.
    const secret = find(own.registrations, "media-stack-secrets");
    const unmarked = { ...secret, shown: secret.inputs };
    const text =
      renderTree(planOf("home", [unmarked])) + JSON.stringify(planOf("home", [unmarked]));
    assert.ok(leaks(text, canaries).length > 3);
  });

  it("by a value that config has in clear: such a stack is refused", () => {
    const { problems } = parseConfig({ ...ownCluster, plexClaimToken: canary("plexClaimToken") });
    assert.ok(problems.length > 0);
    assert.deepEqual(leaks(JSON.stringify(problems), canaries), []);
  });
});
