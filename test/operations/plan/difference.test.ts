import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planAgainst } from "../../../operations/plan/against";
import { difference, isDifferent } from "../../../operations/plan/difference";
import { renderDifference } from "../../../operations/plan/differenceLines";
import { renderMarkdown } from "../../../operations/plan/markdown";
import { type Plan, planOf, type PlannedResource } from "../../../operations/plan/plan";
import { projectDirectory } from "../../../operations/stackFile";
import {
  existingCluster,
  kubeconfig,
  plausibleOutputs,
  runProgram,
  type Sections,
} from "../../support/program";

function resource(
  name: string,
  type: string,
  inputs: Record<string, unknown>,
  more: Partial<PlannedResource> = {},
): PlannedResource {
  return {
    ...{ urn: `urn:${type}::${name}`, type, name, inputs, secretInputs: [], dependsOn: [] },
    ...{ parent: undefined, provider: undefined, deletedWith: undefined },
    ...more,
  };
}

const deployment = (name: string, image: string, more: object = {}) =>
  resource(name, "kubernetes:apps/v1:Deployment", {
    spec: { containers: [{ name, image, env: [{ name: "TZ", value: "UTC" }] }], ...more },
  });
const claim = (name: string, storageClassName: string) =>
  resource(name, "kubernetes:core/v1:PersistentVolumeClaim", { spec: { storageClassName } });
const plan = (...resources: PlannedResource[]): Plan => ({ stack: "home", resources });

describe("operations/plan/difference", () => {
  it("finds none between equal plans, whatever order resources are made in", () => {
    const one = deployment("radarr", "radarr:1");
    const found = difference(plan(one), plan({ ...one, dependsOn: ["urn:other"] }));
    assert.equal(isDifferent(found), false);
    assert.match(renderMarkdown(found, "main"), /^<!-- bramble-plan:home -->\n[^]*No difference/);
  });

  it("names what is added, removed, and each value that changes", () => {
    const found = difference(
      plan(deployment("radarr", "radarr:1"), deployment("lidarr", "lidarr:1")),
      plan(deployment("radarr", "radarr:2"), deployment("plex", "plex:1")),
    );
    assert.equal(
      renderDifference(found, "main"),
      [
        "stack home against main: 1 to add, 1 to change, 1 to remove",
        "+ Deployment plex",
        "~ Deployment radarr",
        "    - spec.containers[radarr].image: radarr:1",
        "    + spec.containers[radarr].image: radarr:2",
        "- Deployment lidarr",
        "",
      ].join("\n"),
    );
  });

  it("says what is replaced, and what is lost by it", () => {
    const found = difference(
      plan(
        claim("media-configs", "nfs-client"),
        deployment("radarr", "radarr:1", { selector: { app: "a" } }),
        resource("media", "kubernetes:core/v1:Namespace", {}),
        resource("pi-2", "bramble:host:Host", {}),
      ),
      plan(
        claim("media-configs", "local-path"),
        deployment("radarr", "radarr:1", { selector: { app: "b" } }),
      ),
    );
    assert.deepEqual(
      found.changed.map(({ resource: { name }, replaced }) => [name, replaced]),
      [
        ["media-configs", true],
        ["radarr", true],
      ],
    );
    assert.deepEqual(
      found.losses.map((loss) => loss.split(":")[0]),
      ["media", "pi-2", "media-configs"],
    );
    assert.match(
      renderMarkdown(found, "main"),
      /> \[!CAUTION\]\n> \*\*Data is lost\.\*\*\n> - media: /,
    );
  });

  it("does not call lost what the engine only forgets", () => {
    const marker = resource("media-delivery", "bramble:workload:DeliveredByPulumi", {});
    const kept = { ...claim("media-configs", "nfs-client"), deletedWith: marker.urn };
    const found = difference(plan(marker, kept), plan());
    assert.deepEqual(found.losses, []);
    assert.deepEqual(
      found.forgotten.map(({ name }) => name),
      ["media-configs"],
    );
    assert.match(
      renderDifference(found, "main"),
      /media-configs: leaves the state, is not deleted/,
    );
  });

  it("shows of long texts just what differs", () => {
    const script = (line: string) =>
      resource("scripts", "command:remote:Command", {
        stdin: [...Array<string>(200).fill("same"), line, ...Array<string>(200).fill("same")].join(
          "\n",
        ),
      });
    const text = renderMarkdown(difference(plan(script("old")), plan(script("new"))), "main");
    assert.match(text, /-old\n\+new\n/);
    assert.ok(text.split("\n").length < 40);
  });

  it("fits into a comment, and no code in it gets out of its block", () => {
    const many = Array.from({ length: 400 }, (_, index) =>
      resource(`config-${index}`, "kubernetes:core/v1:ConfigMap", {
        data: { text: "```\n</details>\n".repeat(20) },
      }),
    );
    const text = renderMarkdown(difference(plan(), plan(...many)), "main");
    assert.ok(text.length < 65_536, String(text.length));
    assert.match(text, /… and \d+ more/);
    assert.match(text, /\n````yaml\n/);
    assert.equal(
      text.match(/<\/details>$/gm)?.length,
      1 + (text.match(/^ +<\/details>$/gm)?.length ?? 0),
    );
  });

  it("shows no secret, and does not tell one value of it from another", async () => {
    const canaries = ["c4n4ry-one", "c4n4ry-two"] as const;
    const plans: Plan[] = [];
    for (const [index, canary] of canaries.entries()) {
      const sections: Sections = { ...existingCluster, media: { timeZone: `Etc/GMT+${index}` } };
      const { registrations } = await runProgram(sections, {
        secrets: { radarrApiKey: canary, kubeconfig: kubeconfig(canary) },
        outputs: plausibleOutputs,
      });
      plans.push(planOf("home", registrations));
    }
    const [before, after] = plans;
    assert.ok(before && after);
    const found = difference(before, after);
    const text =
      renderMarkdown(found, "main") + renderDifference(found, "x") + JSON.stringify(found);
    assert.match(text, /Etc\/GMT\+1/);
    assert.doesNotMatch(text, /c4n4ry/);
    assert.ok(!text.includes(Buffer.from("c4n4ry-one").toString("base64").slice(0, 12)));
  });
});

describe("operations/plan/against", () => {
  it("reads a plan that was written to a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "bramble-plan-"));
    try {
      const path = join(folder, "plan.json");
      const written = plan(deployment("radarr", "radarr:1"));
      writeFileSync(path, JSON.stringify(written));
      assert.equal(isDifferent(difference(planAgainst("home", path, folder), written)), false);
      writeFileSync(path, "{}");
      assert.throws(() => planAgainst("home", path, folder), /is not a plan: write one with/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuses what is neither a file nor a revision", () => {
    assert.throws(
      () => planAgainst("local", "--output=x", projectDirectory),
      /--output=x is no plan file and no revision/,
    );
  });
});
