import type { core, networking } from "@pulumi/kubernetes/types/input";
import { podSecurityLabels } from "../podSecurity";
import type { ClaimSettings } from "./mediaSettings";
import { awaitAnnotations, sharedMetadata } from "./metadata";
import type { StackSettings } from "./settings";
import { loginSecret } from "./toolNames";

/** The namespace of a stack, with its Pod Security level. */
export function renderNamespace(stack: StackSettings) {
  const metadata = sharedMetadata(stack, stack.namespace, `Namespace of ${stack.name}`);
  return {
    apiVersion: "v1" as const,
    kind: "Namespace" as const,
    metadata: {
      ...metadata,
      labels: {
        ...metadata.labels,
        ...podSecurityLabels(stack.podSecurity),
      },
    },
  } satisfies core.v1.Namespace;
}

/** The environment common to the stack's containers. */
export function renderCommonConfig(stack: StackSettings) {
  const { name, data } = stack.commonConfig;
  return {
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: {
      ...sharedMetadata(stack, name, "Environment common to all apps"),
      namespace: stack.namespace,
    },
    data: { ...data },
  } satisfies core.v1.ConfigMap;
}

/** Forbids every flow in the namespace that no app's own policy allows. */
export function renderDefaultDeny(stack: StackSettings) {
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: {
      ...sharedMetadata(stack, "default-deny", "Forbids every flow that no other policy allows"),
      namespace: stack.namespace,
    },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  } satisfies networking.v1.NetworkPolicy;
}

/**
 * A claim of the stack. Nobody deletes it while its namespace stays: Pulumi retains it when its app
 * is turned off, and Argo CD neither prunes nor deletes it. With the namespace, as in `pulumi destroy`
 * on an existing cluster, it goes; its data stays where the class retains it: on `nfs-client` the
 * folder stays on the server and a claim of the same namespace and name finds it again. It is not
 * `protect`ed, since that would stop every rebuild drill.
 */
export function renderClaim(stack: StackSettings, claim: ClaimSettings) {
  const metadata = sharedMetadata(stack, claim.name, claim.description);
  return {
    apiVersion: "v1" as const,
    kind: "PersistentVolumeClaim" as const,
    metadata: {
      ...metadata,
      namespace: stack.namespace,
      // A class may bind at first use only; whether it binds shows in the apps that wait for it.
      annotations: { ...metadata.annotations, ...awaitAnnotations(false) },
    },
    spec: {
      accessModes: [claim.accessMode],
      storageClassName: claim.storageClass,
      resources: { requests: { storage: claim.size } },
    },
  } satisfies core.v1.PersistentVolumeClaim;
}

/** A Secret of the stack, less its values. */
function renderShell(stack: StackSettings, name: string, description: string) {
  return {
    apiVersion: "v1" as const,
    kind: "Secret" as const,
    metadata: { ...sharedMetadata(stack, name, description), namespace: stack.namespace },
    type: "Opaque",
  } satisfies core.v1.Secret;
}

/** The Secret with the apps' keys and passwords, less its values. */
export function renderSecretShell(stack: StackSettings) {
  return renderShell(stack, stack.secretName, "Keys and passwords of the apps");
}

/** The Secret with the password of the apps' web pages, less its value. */
export function renderLoginShell(stack: StackSettings) {
  return renderShell(stack, loginSecret.name, "Password of the apps' web pages");
}
