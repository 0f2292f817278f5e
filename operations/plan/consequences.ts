import type { PlannedResource } from "./plan";

/** Inputs whose change makes the engine replace a resource. */
interface ReplacingInputs {
  readonly type: RegExp;
  /** Paths of inputs, as `flatten` writes them. */
  readonly inputs: RegExp;
}

/**
 * What is known without asking a provider. What is missing here shows as a change in place; the
 * preview of the engine has the last word.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/force_new_properties.go
 */
const replacingInputs: readonly ReplacingInputs[] = [
  { type: /^random:/, inputs: /./ },
  { type: /^tls:/, inputs: /./ },
  { type: /^command:/, inputs: /^triggers/ },
  { type: /^kubernetes:/, inputs: /^(apiVersion|kind|metadata\.(name|namespace))$/ },
  { type: /^kubernetes:apps\/v1:(Deployment|DaemonSet)$/, inputs: /^spec\.selector/ },
  {
    type: /^kubernetes:apps\/v1:StatefulSet$/,
    inputs: /^spec\.(selector|serviceName|podManagementPolicy|volumeClaimTemplates)/,
  },
  { type: /^kubernetes:batch\/v1:Job$/, inputs: /^spec\.(template|selector|completions)/ },
  {
    type: /^kubernetes:core\/v1:PersistentVolumeClaim$/,
    inputs: /^spec\.(accessModes|storageClassName|volumeName|selector|volumeMode)/,
  },
  { type: /^kubernetes:core\/v1:Secret$/, inputs: /^type$/ },
  { type: /^kubernetes:storage.k8s.io\/v1:StorageClass$/, inputs: /^(provisioner|parameters)/ },
  { type: /^kubernetes:rbac.*:(Cluster)?RoleBinding$/, inputs: /^roleRef/ },
  { type: /^kubernetes:helm.sh\/v3:Release$/, inputs: /^(name|namespace)$/ },
  { type: /^pulumi:providers:kubernetes$/, inputs: /^clusterIdentifier$/ },
];

/** Whether a change of this input replaces the resource, as far as is known. */
export function replaces(type: string, path: string): boolean {
  return replacingInputs.some((row) => row.type.test(type) && row.inputs.test(path));
}

/** What is lost when a resource goes or is replaced. */
interface Loss {
  readonly type: RegExp;
  /** Whether the resource is removed, replaced, or either. */
  readonly when: readonly ("removed" | "replaced")[];
  /** Finishes the sentence "<name>: …". */
  readonly what: (resource: PlannedResource) => string;
}

const both = ["removed", "replaced"] as const;

const losses: readonly Loss[] = [
  {
    type: /^kubernetes:core\/v1:Namespace$/,
    when: both,
    what: () => "the namespace goes with everything in it, claims included",
  },
  {
    type: /^kubernetes:core\/v1:PersistentVolumeClaim$/,
    when: ["removed"],
    what: () =>
      "nothing keeps this claim any more; a claim of the media stack stays in the cluster unless its namespace goes",
  },
  {
    type: /^kubernetes:core\/v1:PersistentVolumeClaim$/,
    when: ["replaced"],
    what: () => "a claim cannot be changed in this way: a new one would be empty",
  },
  {
    type: /^bramble:host:Host$/,
    when: ["removed"],
    what: () => "the host leaves the cluster, and what lies on its disk is not moved",
  },
  {
    type: /^kubernetes:helm.sh\/v3:Release$/,
    when: both,
    what: () => "the release is uninstalled; what it stored goes where its claims go",
  },
  {
    type: /^random:/,
    when: ["replaced"],
    what: () => "the value is generated anew, and whatever used the old one has to follow",
  },
  {
    type: /^tls:index\/privateKey:PrivateKey$/,
    when: both,
    what: () => "the key is gone, and what it opened or signed with it",
  },
];

/** What is lost by a change, in words; undefined when nothing is. */
export function lossOf(
  resource: PlannedResource,
  change: "removed" | "replaced",
): string | undefined {
  const found = losses.find(({ type, when }) => type.test(resource.type) && when.includes(change));
  return found === undefined ? undefined : `${resource.name}: ${found.what(resource)}`;
}
