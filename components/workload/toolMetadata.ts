import type { core } from "@pulumi/kubernetes/types/input";
import { imageReference, images } from "../../catalogue/images";
import { awaitAnnotations, selectorLabels } from "./metadata";
import type { StackSettings } from "./settings";
import { wiringName } from "./toolNames";

/** What works beside a stack's apps. */
export interface Tool {
  readonly name: string;
  readonly component: string;
  readonly description: string;
  readonly version: string;
}

/** After the last app's wave. */
const toolWave = 5;

/** Name, labels and annotations of a tool's objects. */
export function toolMetadata(stack: StackSettings, tool: Tool) {
  return {
    name: tool.name,
    namespace: stack.namespace,
    labels: {
      ...selectorLabels(stack, tool.name),
      "app.kubernetes.io/component": tool.component,
      "app.kubernetes.io/version": tool.version,
      "app.kubernetes.io/managed-by": "pulumi",
    },
    annotations: {
      description: tool.description,
      "argocd.argoproj.io/sync-wave": String(toolWave),
    },
  };
}

/** Metadata of a tool's object that Pulumi would wait for. */
export function awaitedMetadata(stack: StackSettings, tool: Tool) {
  const metadata = toolMetadata(stack, tool);
  return {
    ...metadata,
    annotations: { ...metadata.annotations, ...awaitAnnotations(stack.awaitReady) },
  };
}

/** A tool's identity, without a token: none of them talks to the Kubernetes API. */
export function renderToolAccount(stack: StackSettings, tool: Tool) {
  return {
    apiVersion: "v1" as const,
    kind: "ServiceAccount" as const,
    metadata: toolMetadata(stack, tool),
    automountServiceAccountToken: false,
  } satisfies core.v1.ServiceAccount;
}

/**
 * A pod's user. On the apps' volumes it is the apps' own: what it makes there is theirs, and it may
 * read what they keep to themselves.
 */
export function toolUser({ userId, groupId }: StackSettings): core.v1.SecurityContext {
  return { runAsUser: userId, runAsGroup: groupId, runAsNonRoot: userId !== 0 };
}

/** Node, which runs the wiring's scripts. */
export const scriptRunner = {
  image: imageReference(images.node),
  imagePullPolicy: "IfNotPresent",
} as const;

/** The volume with the wiring's scripts and what they are to do. */
export const scriptsVolume = {
  name: "wiring",
  configMap: { name: wiringName, defaultMode: 0o444 },
} as const;
