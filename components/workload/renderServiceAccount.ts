import type { core } from "@pulumi/kubernetes/types/input";
import { appMetadata } from "./metadata";
import type { AppSettings } from "./settings";

/** The identity of an app, without a token: none of them talks to the Kubernetes API. */
export function renderServiceAccount(app: AppSettings) {
  return {
    apiVersion: "v1" as const,
    kind: "ServiceAccount" as const,
    metadata: appMetadata(app),
    automountServiceAccountToken: false,
  } satisfies core.v1.ServiceAccount;
}
