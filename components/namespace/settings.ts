import type { QuotaRow } from "../../catalogue/quotas";
import type { Flow } from "../../catalogue/network/types";

/** What the rules about traffic depend on, beside the flows. */
export interface NetworkSettings {
  /** All flows of what is installed. */
  readonly flows: readonly Flow[];
  /** Addresses of the API servers; none on a cluster that Bramble did not make. */
  readonly apiServers: readonly string[];
  /** Address of the Service `kubernetes`, where it is known. */
  readonly apiService: string | undefined;
  /** Addresses of the hosts; none on a cluster that Bramble did not make. */
  readonly nodes: readonly string[];
  /** Ranges of the cluster's own addresses, as far as they are known. */
  readonly clusterRanges: readonly string[];
}

/** A namespace, and what its guarding objects carry beside their own labels and annotations. */
export interface GuardPlace {
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Name, labels and annotations of a guarding object. */
export function guardMetadata(name: string, description: string, place: GuardPlace) {
  return {
    name,
    namespace: place.namespace,
    labels: {
      "app.kubernetes.io/name": name,
      ...place.labels,
      "app.kubernetes.io/managed-by": "pulumi",
    },
    annotations: { description, ...place.annotations },
  };
}

/** What keeps a namespace's pods from others and in bounds. */
export interface GuardSettings {
  /** Unset: no rules about traffic. */
  readonly network: NetworkSettings | undefined;
  /** Quotas by namespace; one without has none. */
  readonly quotas: Readonly<Record<string, QuotaRow>>;
}
