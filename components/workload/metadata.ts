import type { AppSettings, StackSettings } from "./settings";

/** Wave of what all apps of a stack share: before the first app. */
const sharedWave = 0;

/** Labels that select an app's pods. A Deployment's selector never changes, so neither do these. */
export function selectorLabels(stack: StackSettings, app: string) {
  return { "app.kubernetes.io/name": app, "app.kubernetes.io/part-of": stack.name };
}

/** Name, namespace, labels and annotations of an app's objects, all of which share them. */
export function appMetadata({ row, stack, address }: AppSettings) {
  return {
    name: row.name,
    namespace: stack.namespace,
    labels: {
      ...selectorLabels(stack, row.name),
      "app.kubernetes.io/component": row.component,
      "app.kubernetes.io/version": row.image.tag,
      "app.kubernetes.io/managed-by": "pulumi",
    },
    annotations: {
      description: row.description,
      "argocd.argoproj.io/sync-wave": String(row.wave),
      "link.argocd.argoproj.io/external-link":
        address === undefined
          ? row.website
          : `http://${address}:${String(row.ports[0].number)}${row.webPath ?? ""}`,
    },
  };
}

/** Name, labels and annotations of an object that all apps of a stack share. */
export function sharedMetadata(stack: StackSettings, name: string, description: string) {
  return {
    name,
    labels: {
      "app.kubernetes.io/name": name,
      "app.kubernetes.io/part-of": stack.name,
      "app.kubernetes.io/managed-by": "pulumi",
    },
    annotations: { description, "argocd.argoproj.io/sync-wave": String(sharedWave) },
  };
}

/** Annotation that stops Pulumi from waiting until an object works. */
export function awaitAnnotations(awaitReady: boolean): Record<string, string> {
  return awaitReady ? {} : { "pulumi.com/skipAwait": "true" };
}
