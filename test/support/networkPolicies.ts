import { contains, parseAddress, parseRange } from "../../config/addresses";

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels?: Labels;
}

interface Peer {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Port {
  readonly port?: number | string;
  readonly endPort?: number;
  readonly protocol?: string;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

/** A NetworkPolicy as the API takes it. */
export interface NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/** One end of a connection: a pod, or an address that is no pod's. */
export interface Endpoint {
  readonly address: string;
  readonly pod?: {
    readonly namespace: string;
    readonly labels: Labels;
    /** Ports by name. */
    readonly ports?: Readonly<Record<string, number>>;
  };
}

/** What is tried. */
export interface Connection {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** Labels of a namespace by its name; every namespace has its name as a label. */
function namespaceLabels(name: string): Labels {
  return { "kubernetes.io/metadata.name": name };
}

function matches({ matchLabels = {} }: Selector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function inBlock({ cidr, except = [] }: NonNullable<Peer["ipBlock"]>, address: string): boolean {
  const value = parseAddress(address);
  const within = (text: string): boolean => {
    const range = parseRange(text);
    return range !== undefined && value !== undefined && contains(range, value);
  };
  return within(cidr) && !except.some(within);
}

function isPeer(peer: Peer, other: Endpoint, namespace: string): boolean {
  if (peer.ipBlock !== undefined) return inBlock(peer.ipBlock, other.address);
  const { pod } = other;
  if (pod === undefined) return false;
  const inNamespace =
    peer.namespaceSelector === undefined
      ? pod.namespace === namespace
      : matches(peer.namespaceSelector, namespaceLabels(pod.namespace));
  return inNamespace && matches(peer.podSelector ?? {}, pod.labels);
}

function isPort(rule: Port, { to, port, protocol }: Connection): boolean {
  if ((rule.protocol ?? "TCP") !== protocol) return false;
  if (rule.port === undefined) return true;
  const first = typeof rule.port === "string" ? to.pod?.ports?.[rule.port] : rule.port;
  return first !== undefined && port >= first && port <= (rule.endPort ?? first);
}

/** An empty or missing list of peers or of ports means all of them. */
function isAllowed(
  rule: Rule,
  peers: readonly Peer[] | undefined,
  other: Endpoint,
  namespace: string,
  connection: Connection,
): boolean {
  const toPeer = (peers ?? []).length === 0 || peers?.some((one) => isPeer(one, other, namespace));
  const ports = rule.ports ?? [];
  return toPeer === true && (ports.length === 0 || ports.some((one) => isPort(one, connection)));
}

function side(
  policies: readonly NetworkPolicy[],
  direction: "Ingress" | "Egress",
  connection: Connection,
): boolean {
  const [self, other] =
    direction === "Ingress" ? [connection.to, connection.from] : [connection.from, connection.to];
  const { pod } = self;
  if (pod === undefined) return true;
  const selecting = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace &&
      spec.policyTypes.includes(direction) &&
      matches(spec.podSelector, pod.labels),
  );
  if (selecting.length === 0) return true;
  return selecting.some(({ spec }) =>
    (direction === "Ingress" ? spec.ingress : spec.egress)?.some((rule) =>
      isAllowed(
        rule,
        direction === "Ingress" ? rule.from : rule.to,
        other,
        pod.namespace,
        connection,
      ),
    ),
  );
}

/**
 * Whether a connection is let through, by the rules of Kubernetes: a pod that no policy selects for a
 * direction is open in it, one that some select takes what any of them lists, and both ends have to
 * agree. Answers belong to their connection.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function isLetThrough(policies: readonly NetworkPolicy[], connection: Connection): boolean {
  return side(policies, "Egress", connection) && side(policies, "Ingress", connection);
}
