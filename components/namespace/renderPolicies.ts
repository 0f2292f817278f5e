import type { networking } from "@pulumi/kubernetes/types/input";
import type { Flow, FlowPort, Other, Party, Pods } from "../../catalogue/network/types";
import { toClusterDns } from "./clusterDns";
import { guardMetadata, type GuardPlace, type NetworkSettings } from "./settings";

type Peer = networking.v1.NetworkPolicyPeer;
type Port = networking.v1.NetworkPolicyPort;

/** A NetworkPolicy, ready to be applied. */
export interface Policy {
  readonly apiVersion: "networking.k8s.io/v1";
  readonly kind: "NetworkPolicy";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly podSelector: { readonly matchLabels?: Record<string, string> };
    readonly policyTypes: string[];
    readonly ingress?: networking.v1.NetworkPolicyIngressRule[];
    readonly egress?: networking.v1.NetworkPolicyEgressRule[];
  };
}

/** One direction of a flow, as one of its ends sees it. */
interface Side {
  readonly peer: Party;
  readonly ports: readonly FlowPort[];
}

interface Group {
  readonly pods: Pods;
  readonly incoming: Side[];
  readonly outgoing: Side[];
}

const namespaceLabel = "kubernetes.io/metadata.name";
const apiPort = 6443;

function everywhere(except: readonly string[]): Peer {
  return { ipBlock: { cidr: "0.0.0.0/0", ...(except.length > 0 && { except: [...except] }) } };
}

function addresses(known: readonly string[]): Peer[] {
  return known.length === 0
    ? [everywhere([])]
    : known.map((address) => ({ ipBlock: { cidr: `${address}/32` } }));
}

function isPods(party: Party): party is Pods {
  return typeof party !== "string";
}

/** Who is at the other end; nothing where it may be anybody. */
function peers(party: Pods | Exclude<Other, "apiServer">, network: NetworkSettings): Peer[] {
  if (isPods(party)) {
    return [
      {
        namespaceSelector: { matchLabels: { [namespaceLabel]: party.namespace } },
        podSelector: { matchLabels: { ...party.labels } },
      },
    ];
  }
  switch (party) {
    case "anywhere":
      return [];
    case "outside":
      return [everywhere(network.clusterRanges)];
    case "nodes":
      return addresses(network.nodes);
    case "pods":
      return [{ namespaceSelector: {} }];
  }
}

function tcp(port: number): Port {
  return { port, protocol: "TCP" };
}

function renderPorts(ports: readonly FlowPort[]): Port[] {
  return ports.map((port) =>
    typeof port === "number" ? tcp(port) : { port: port.number, protocol: port.protocol },
  );
}

/**
 * To the API. Pods call a Service, and whether a rule sees its address or the server's is left to
 * whoever enforces it: k3s sees the server's.
 */
function toApi({
  apiServers,
  apiService,
}: NetworkSettings): networking.v1.NetworkPolicyEgressRule[] {
  if (apiServers.length === 0) return [{ to: addresses([]), ports: [tcp(apiPort), tcp(443)] }];
  return [
    { to: addresses(apiServers), ports: [tcp(apiPort)] },
    ...(apiService === undefined ? [] : [{ to: addresses([apiService]), ports: [tcp(443)] }]),
  ];
}

function egressRules({ peer, ports }: Side, network: NetworkSettings) {
  if (peer === "apiServer") return toApi(network);
  const to = peers(peer, network);
  return [{ ...(to.length > 0 && { to }), ...(ports.length > 0 && { ports: renderPorts(ports) }) }];
}

function ingressRules({ peer, ports }: Side, network: NetworkSettings) {
  const from = peer === "apiServer" ? addresses(network.apiServers) : peers(peer, network);
  return [
    { ...(from.length > 0 && { from }), ...(ports.length > 0 && { ports: renderPorts(ports) }) },
  ];
}

/** The flows of a namespace by the pods they are for, in the order of the table. */
function groups(namespace: string, flows: readonly Flow[]): Group[] {
  const found = new Map<string, Group>();
  const group = (pods: Pods): Group => {
    const made = found.get(pods.name) ?? { pods, incoming: [], outgoing: [] };
    found.set(pods.name, made);
    return made;
  };
  for (const { from, to, ports } of flows) {
    if (isPods(from) && from.namespace === namespace)
      group(from).outgoing.push({ peer: to, ports });
    if (isPods(to) && to.namespace === namespace) group(to).incoming.push({ peer: from, ports });
  }
  return [...found.values()];
}

function policy(
  name: string,
  description: string,
  place: GuardPlace,
  spec: Policy["spec"],
): Policy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: guardMetadata(name, description, place),
    spec,
  };
}

/** Name of the pods that answer when a name is proved by HTTP, in each namespace with such a name. */
export const solverName = "acme-solver";

/** The rules for the pods that a table of flows names, without a default. */
export function renderFlows(place: GuardPlace, network: NetworkSettings): Policy[] {
  return groups(place.namespace, network.flows).map(({ pods, incoming, outgoing }) =>
    policy(pods.name, `The traffic of ${pods.name}`, place, {
      podSelector: { matchLabels: { ...pods.labels } },
      policyTypes: [
        ...(incoming.length > 0 ? ["Ingress"] : []),
        ...(outgoing.length > 0 ? ["Egress"] : []),
      ],
      ...(incoming.length > 0 && {
        ingress: incoming.flatMap((side) => ingressRules(side, network)),
      }),
      ...(outgoing.length > 0 && {
        egress: outgoing.flatMap((side) => egressRules(side, network)),
      }),
    }),
  );
}

/**
 * All rules about the traffic of a namespace: nothing by default but name resolution, and on top of
 * it what the table of flows says.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function renderPolicies(place: GuardPlace, network: NetworkSettings): Policy[] {
  return [
    policy("default-deny", "Forbids every flow that no other policy allows", place, {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    }),
    policy("name-resolution", "Lets every pod resolve names", place, {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [toClusterDns],
    }),
    ...renderFlows(place, network),
  ];
}
