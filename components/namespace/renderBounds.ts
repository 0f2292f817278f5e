import type { core } from "@pulumi/kubernetes/types/input";
import type { QuotaRow } from "../../catalogue/quotas";
import { guardMetadata, type GuardPlace } from "./settings";

/**
 * What a container asks for that says nothing itself, such as a hook of a chart: without it a quota
 * would refuse the pod.
 */
export function renderLimitRange(place: GuardPlace) {
  return {
    apiVersion: "v1" as const,
    kind: "LimitRange" as const,
    metadata: guardMetadata("defaults", "Bounds of containers that name none", place),
    spec: {
      limits: [
        {
          type: "Container",
          defaultRequest: { cpu: "10m", memory: "32Mi" },
          default: { memory: "256Mi" },
        },
      ],
    },
  } satisfies core.v1.LimitRange;
}

/** What the pods of a namespace may ask for in all: room for what it runs, not for a runaway. */
export function renderQuota(place: GuardPlace, quota: QuotaRow) {
  const metadata = guardMetadata("quota", "What its pods may ask for in all", place);
  return {
    apiVersion: "v1" as const,
    kind: "ResourceQuota" as const,
    metadata: {
      ...metadata,
      // It is ready once it was counted, which needs no waiting for.
      annotations: { ...metadata.annotations, "pulumi.com/skipAwait": "true" },
    },
    spec: {
      hard: {
        pods: String(quota.pods),
        "requests.cpu": String(quota.cpu),
        "requests.memory": quota.memory,
        "limits.memory": quota.memoryLimit,
      },
    },
  } satisfies core.v1.ResourceQuota;
}
