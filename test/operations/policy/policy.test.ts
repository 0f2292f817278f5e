import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartPolicyProblems } from "../../../operations/policy/charts";
import { policy } from "../../../operations/policy/policy";
import { charts } from "../../../catalogue/charts";
import { parseObjects } from "../../../operations/charts/render";
import { configSchema } from "../../../config/schema";
import { withFolder } from "../../support/folders";

/** A stack whose namespaces are open. */
const stackFile = (level: string) => `
config:
  bramble:hosts: [{ name: pi-1, address: 10.69.1.11, role: server }]
  bramble:ssh: { requireHostKeys: true }
  bramble:network: { pools: [{ name: lan, addresses: [10.69.1.150-10.69.1.180] }] }
  bramble:media: { enabled: false }
  bramble:platform: { namespaces: { networkPolicies: false } }
  bramble:policy: { level: ${level} }
`;

async function run(level: string, format: "text" | "json") {
  let printed = "";
  const code = await withFolder(async (folder) => {
    copyFileSync(join(__dirname, "..", "..", "..", "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    writeFileSync(join(folder, "Pulumi.home.yaml"), stackFile(level));
    const print = (text: string) => {
      printed += text;
    };
    return policy({ stack: "home", directory: folder, format, print });
  });
  return { code, printed };
}

describe("npm run policy", () => {
  it("names what breaks a rule, why the rule is there and what to do, and fails", async () => {
    const { code, printed } = await run("mandatory", "text");
    assert.equal(code, 1);
    assert.match(printed, /^mandatory: Each namespace refuses all traffic/);
    assert.match(printed, /\n {2}why: .+\n {2}mend: .+\n/);
    assert.match(printed, /\n {2}\[default-deny\] Namespace\/traefik: no NetworkPolicy refuses/);
    assert.match(printed, /\npolicy: 33 rules, \d+ resources, 9 violations, \d+ exemptions/);
  });

  it("tells the same to programs, and does not fail for advice", async () => {
    const { code, printed } = await run("advisory", "json");
    assert.equal(code, 0);
    const { violations, exempted } = JSON.parse(printed) as {
      violations: { rule: string; level: string }[];
      exempted: { reason: string }[];
    };
    assert.deepEqual([...new Set(violations.map(({ rule }) => rule))], ["default-deny"]);
    assert.ok(violations.every(({ level }) => level === "advisory"));
    assert.ok(exempted.every(({ reason }) => reason !== ""));
  });

  it("asks nothing of a stack that turned it off", async () => {
    const { code, printed } = await run("disabled", "text");
    assert.equal(code, 0);
    assert.match(printed, /^policy: 33 rules, \d+ resources, 0 violations, 0 exemptions\n$/);
  });
});

/** Part of what MetalLB's chart renders: as it is, and as it might be one day. */
const speaker = (context: string) => `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: metallb-speaker }
spec:
  template:
    spec:
      hostNetwork: true
      securityContext: { seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: speaker
          image: quay.io/metallb/speaker:v0.16.1
          resources: { requests: { cpu: 1m, memory: 1Mi }, limits: { memory: 1Mi } }
          livenessProbe: {}
          readinessProbe: {}
          securityContext: ${context}
`;

describe("what charts render", () => {
  const problems = (context: string) => {
    const { objects } = parseObjects(speaker(context));
    const stack = { config: configSchema.parse({}), registrations: [] };
    return chartPolicyProblems(stack, [{ row: charts.metallb, objects }]);
  };

  it("is held to the policy, less what is exempt for the chart", () => {
    const known =
      "{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL], add: [NET_RAW] } }";
    assert.deepEqual(problems(known), []);
  });

  it("breaks it when a chart asks for more, or no longer needs what it was given", () => {
    const more =
      "{ privileged: true, runAsNonRoot: true, readOnlyRootFilesystem: true, capabilities: { drop: [ALL], add: [NET_RAW] } }";
    assert.deepEqual(problems(more), [
      "[privileged] metallb: metallb-system/DaemonSet/metallb-speaker: spec.template.spec.containers[0].securityContext.privileged: container speaker is privileged",
      "[non-root] metallb: metallb-system/DaemonSet/metallb-speaker is not needed: remove it",
    ]);
  });
});
