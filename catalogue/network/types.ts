/** Pods that a rule about traffic is for. */
export interface Pods {
  /** Name of the rules about them, unlike that of others in their namespace. */
  readonly name: string;
  readonly namespace: string;
  /** Labels that select them. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Who is not a pod of a known namespace.
 *
 * - `anywhere`: every address there is. As a source it also stands for the API server, which calls
 *   webhooks from whatever address its host has on the pods' network, and for the LAN, whose
 *   addresses a load balancer may have replaced by a host's.
 * - `outside`: every address that is not the cluster's own: the LAN and the internet.
 * - `apiServer`: the servers' API, and the Service in front of it.
 * - `nodes`: the hosts of the cluster.
 * - `pods`: every pod of the cluster.
 */
export type Other = "anywhere" | "outside" | "apiServer" | "nodes" | "pods";

/** One end of a flow. */
export type Party = Pods | Other;

/** A port; TCP unless it says otherwise. */
export type FlowPort = number | { readonly number: number; readonly protocol: "UDP" };

/** Connections that somebody opens to somebody else. All others are refused. */
export interface Flow {
  readonly from: Party;
  readonly to: Party;
  /** Ports of the pods, not of their Services; none means every port and protocol. */
  readonly ports: readonly FlowPort[];
  /** What it is for. */
  readonly why: string;
}
