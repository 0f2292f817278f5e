import assert from "node:assert/strict";
import { type PolicyRuleId, policyRuleIds } from "../../catalogue/policyRules";
import { checkPolicy } from "../../policy/check";
import { contextOf } from "../../policy/context";
import { exemptionsFor } from "../../policy/exemption";
import { exemptions } from "../../policy/exemptions";
import { placeOf, type Resource } from "../../policy/resource";
import type { Context } from "../../policy/rule";
import { withAt } from "../support/mutate";
import { type StackPlan, stackPlan } from "../support/policyPlans";

type RuleContext = Omit<Context, "all">;

/** One thing broken in a plan. */
interface Mutation {
  readonly rule: PolicyRuleId;
  /** The resource that is broken, as exemptions name it. */
  readonly place: string;
  /** Inputs by path, and what they become; nothing takes them away. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** The rest of the resource. */
  readonly resource?: Partial<Resource>;
  /** Whether the resource is taken away. */
  readonly gone?: true;
  /** What the rules are told, where that is what is broken. */
  readonly context?: (context: RuleContext) => RuleContext;
}

const page = "ops/Deployment/status-page";
const pod = "spec.template.spec";
const container = `${pod}.containers[0]`;
const digest = `@sha256:${"0".repeat(64)}`;

/** The catalogue with another row for one image. */
const withImage =
  (repository: string, change: object) =>
  (context: RuleContext): RuleContext => ({
    ...context,
    images: context.images.map((row) =>
      row.repository === repository ? { ...row, ...change } : row,
    ),
  });

const gatus = "ghcr.io/twin/gatus";

const mutations: readonly Mutation[] = [
  {
    ...{ rule: "image-tag", place: page, inputs: { [`${container}.image`]: `${gatus}:latest` } },
    context: withImage(gatus, { tag: "latest" }),
  },
  {
    ...{ rule: "image-architectures", place: page },
    context: withImage(gatus, { architectures: ["amd64"] }),
  },
  {
    rule: "image-architectures",
    place: page,
    inputs: { [`${container}.image`]: "docker.io/library/nginx:1.29.1" },
  },
  { rule: "resources", place: page, inputs: { [`${container}.resources.limits`]: undefined } },
  {
    rule: "resources",
    place: "media/CronJob/media-wiring-regular",
    inputs: {
      "spec.jobTemplate.spec.template.spec.containers[0].resources.requests.cpu": undefined,
    },
  },
  { rule: "probes", place: page, inputs: { [`${container}.livenessProbe`]: undefined } },
  {
    rule: "privileged",
    place: page,
    inputs: { [`${container}.securityContext.privileged`]: true },
  },
  {
    rule: "host-path",
    place: page,
    inputs: { [`${pod}.volumes[1]`]: { name: "host", hostPath: { path: "/" } } },
  },
  { rule: "host-namespaces", place: page, inputs: { [`${pod}.hostPID`]: true } },
  { rule: "host-namespaces", place: page, inputs: { [`${pod}.hostNetwork`]: true } },
  { rule: "host-ports", place: page, inputs: { [`${container}.ports[0].hostPort`]: 80 } },
  {
    rule: "read-only-root",
    place: page,
    inputs: { [`${container}.securityContext.readOnlyRootFilesystem`]: false },
  },
  {
    rule: "capabilities",
    place: page,
    inputs: { [`${container}.securityContext.capabilities.drop`]: undefined },
  },
  {
    // Exempt for the capabilities that its init needs, and for no other.
    rule: "capabilities",
    place: "media/Deployment/radarr",
    inputs: { [`${container}.securityContext.capabilities.add[6]`]: "SYS_ADMIN" },
  },
  {
    rule: "privilege-escalation",
    place: page,
    inputs: { [`${container}.securityContext.allowPrivilegeEscalation`]: undefined },
  },
  { rule: "non-root", place: page, inputs: { [`${pod}.securityContext.runAsNonRoot`]: false } },
  { rule: "non-root", place: page, inputs: { [`${pod}.securityContext.runAsUser`]: 0 } },
  {
    rule: "seccomp",
    place: page,
    inputs: { [`${pod}.securityContext.seccompProfile.type`]: "Unconfined" },
  },
  {
    rule: "service-account-token",
    place: page,
    inputs: { [`${pod}.automountServiceAccountToken`]: true },
  },
  {
    rule: "rbac-wildcards",
    place: "ClusterRole/traefik-definitions",
    inputs: { "rules[0].verbs[0]": "*" },
  },
  {
    rule: "cluster-admin",
    place: "ClusterRoleBinding/traefik-definitions",
    inputs: { "roleRef.name": "cluster-admin" },
  },
  {
    rule: "literal-secret",
    place: "media/Deployment/radarr",
    inputs: { [`${container}.env[0]`]: { name: "RADARR__AUTH__APIKEY", value: "canary" } },
  },
  {
    rule: "literal-secret",
    place: page,
    inputs: { [`${container}.args[0]`]: "--store=postgres://gatus:canary@db/gatus" },
  },
  {
    rule: "config-map-secret",
    place: "media/ConfigMap/media-common-config",
    inputs: { "data.API_TOKEN": "canary" },
  },
  {
    rule: "secret-data",
    place: "media/Secret/media-stack-secrets",
    resource: { secretInputs: [] },
    inputs: { data: { "radarr-api-key": "Y2FuYXJ5" } },
  },
  {
    rule: "release-secrets",
    place: "Release/loki",
    inputs: { "values.loki.storage.s3.secretAccessKey": "canary" },
  },
  { rule: "default-deny", place: "ops/NetworkPolicy/default-deny", gone: true },
  {
    rule: "default-deny",
    place: "media/NetworkPolicy/default-deny",
    inputs: { "spec.policyTypes": ["Ingress"] },
  },
  {
    rule: "load-balancer-address",
    place: "media/Service/plex",
    inputs: { 'metadata.annotations["metallb.io/loadBalancerIPs"]': undefined },
  },
  {
    rule: "load-balancer-address",
    place: "media/Service/plex",
    inputs: { 'metadata.annotations["metallb.io/loadBalancerIPs"]': "192.168.1.5" },
  },
  { rule: "ingress-tls", place: "media/Ingress/plex", inputs: { "spec.tls": undefined } },
  { rule: "ingress-tls", place: "traefik/IngressRoute/traefik", inputs: { "spec.tls": undefined } },
  {
    rule: "volume-retained",
    place: "StorageClass/local-path-retain",
    inputs: { reclaimPolicy: "Delete" },
  },
  {
    rule: "volume-retained",
    place: "media/PersistentVolumeClaim/media-configs",
    inputs: { "spec.storageClassName": "local-path" },
  },
  { rule: "unprotected", place: "Release/loki", resource: { protect: true } },
  { rule: "disruption-budget", place: page, inputs: { "spec.replicas": 2 } },
  {
    rule: "labels",
    place: page,
    inputs: { 'metadata.labels["app.kubernetes.io/part-of"]': undefined },
  },
  {
    rule: "labels",
    place: page,
    inputs: { 'spec.template.metadata.labels["app.kubernetes.io/version"]': undefined },
  },
  {
    rule: "command-logging",
    place: "Command/pi-1-server-token",
    inputs: { logging: "stdoutAndStderr" },
  },
  {
    rule: "command-logging",
    place: "Command/kubeconfig",
    resource: { additionalSecretOutputs: ["stdout"] },
  },
  {
    rule: "command-secrets",
    place: "Command/pi-1-server-token",
    resource: { secretInputs: ["connection", "create", "stdin"] },
  },
  {
    rule: "command-triggers",
    place: "Command/pi-1-teardown",
    inputs: { "triggers[0]": "changed" },
  },
  { rule: "host-key", place: "Command/pi-1-facts", inputs: { "connection.hostKey": undefined } },
  {
    rule: "host-key",
    place: "Command/pi-1-facts",
    inputs: { "connection.hostKey": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB" },
  },
  { rule: "release-pinned", place: "Release/loki", inputs: { version: "18.x" } },
];

describe("each rule, with its subject broken in the plan of production", () => {
  let plan: StackPlan;
  let context: RuleContext;
  before(async function () {
    this.timeout(60_000);
    plan = await stackPlan("production");
    context = contextOf(plan.config, []);
  });

  const firedBy = (resources: readonly Resource[], told: RuleContext) => {
    const granted = exemptionsFor(plan.config, exemptions);
    const { violations } = checkPolicy(resources, { context: told, exemptions: granted });
    return [...new Set(violations.map(({ rule }) => rule))];
  };

  for (const { rule, place, inputs = {}, resource, gone, context: change } of mutations) {
    const what = [...Object.keys(inputs), ...Object.keys(resource ?? {})].join(", ");
    it(`${rule} fires, and no other: ${place} ${what}`.trimEnd(), () => {
      const index = plan.resources.findIndex((one) => placeOf(one) === place);
      const found = plan.resources[index];
      assert.ok(found, `there is no ${place}`);
      const broken = Object.entries(inputs).reduce<Resource["inputs"]>(
        (all, [path, to]) => withAt(all, path, to),
        found.inputs,
      );
      const now = gone === true ? [] : [{ ...found, ...resource, inputs: broken }];
      const resources = plan.resources.toSpliced(index, 1, ...(now as typeof plan.resources));
      assert.deepEqual(firedBy(resources, change?.(context) ?? context), [rule]);
    });
  }

  it("image-digest fires, and no other: one image of all that are named by digest", () => {
    const digests = { ...context, imageDigests: true };
    const named = plan.resources.map((one): Resource => {
      const text = JSON.stringify(one.inputs).replace(
        /"image":"([^"@]+)"/g,
        `"image":"$1${digest}"`,
      );
      return { ...one, inputs: JSON.parse(withManifestImages(text)) as Resource["inputs"] };
    });
    assert.deepEqual(firedBy(named, digests), []);
    const broken = named.map((one) =>
      placeOf(one) === page
        ? { ...one, inputs: withAt(one.inputs, `${container}.image`, `${gatus}:v5.36.0`) }
        : one,
    );
    assert.deepEqual(firedBy(broken, digests), ["image-digest"]);
  });

  it("covers every rule", () => {
    const covered = new Set<PolicyRuleId>(["image-digest", ...mutations.map(({ rule }) => rule)]);
    assert.deepEqual(
      policyRuleIds.filter((id) => !covered.has(id)),
      [],
    );
  });
});

/** The same in manifests that are put on hosts as text. */
function withManifestImages(text: string): string {
  return text.replace(/( image: [^\s"\\@]+)(\\n)/g, `$1${digest}$2`);
}
