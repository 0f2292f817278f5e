import { contains, parseAddress, parseRange } from "../../config/addresses";
import { podsOf } from "../pods";
import {
  type Fields,
  fieldsOf,
  isSet,
  isUnknown,
  listOf,
  objectOf,
  type Resource,
  textOf,
  textsOf,
} from "../resource";
import { judged, type Judgement, type Rule } from "../rule";

interface Guard {
  readonly name: string;
  readonly namespace: string;
  readonly refusesAll: boolean;
  /** Directions in which it allows all, whatever others refuse. */
  readonly opens: readonly string[];
}

const hasNone = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : Object.keys(fieldsOf(value)).length === 0;

/** A NetworkPolicy that is for all pods of its namespace; nothing for any other resource. */
function guardOf(resource: Resource): Guard | undefined {
  const object = objectOf(resource);
  if (object?.kind !== "NetworkPolicy") return undefined;
  const { podSelector, policyTypes, ingress, egress } = fieldsOf(object.body["spec"]);
  const { matchLabels, matchExpressions } = fieldsOf(podSelector);
  if (!hasNone(matchLabels) || !hasNone(matchExpressions)) return undefined;
  const types = textsOf(policyTypes);
  const rules = { ingress: listOf(ingress), egress: listOf(egress) };
  const isOpen = ({ from, to, ports }: Fields) => [from, to, ports].every(hasNone);
  return {
    ...{ name: object.name, namespace: object.namespace },
    refusesAll:
      ["Ingress", "Egress"].every((type) => types.includes(type)) &&
      rules.ingress.length + rules.egress.length === 0,
    opens: (["ingress", "egress"] as const).filter((way) => rules[way].some(isOpen)),
  };
}

const noGuard = "no NetworkPolicy refuses what is not allowed";

export const defaultDeny: Rule = {
  title: "Each namespace refuses all traffic that no policy allows",
  reason: "Without such a NetworkPolicy any pod reaches any other: one broken app is all of them.",
  mend: "Add a NetworkPolicy with an empty podSelector and both policyTypes, and rows of flows.",
  scope: "stack",
  charts: false,
  judge: (resource, { all }) => {
    const object = objectOf(resource);
    if (object === undefined) return [];
    const isGuarded = (namespace: string): boolean =>
      all.map(guardOf).some((one) => one?.refusesAll === true && one.namespace === namespace);
    if (object.kind === "Namespace") return [judged("", isGuarded(object.name), noGuard)];
    const own = guardOf(resource);
    if (own !== undefined) {
      const ways = own.opens.join(" and ");
      return [judged("spec", ways === "", `it allows all ${ways}, whatever others refuse`)];
    }
    // Pods in a namespace that somebody else makes; on their host's network no policy holds.
    const pods = podsOf(resource).filter(({ spec }) => spec["hostNetwork"] !== true);
    const namespace = object.namespace || "default";
    const isMade = all.some((one) => {
      const other = objectOf(one);
      return other?.kind === "Namespace" && other.name === namespace;
    });
    if (pods.length === 0 || isMade) return [];
    return [judged("metadata.namespace", isGuarded(namespace), `${noGuard} in ${namespace}`)];
  },
};

/** Whether an address lies in a range. Where none is configured the pools are somebody else's. */
function isInPool(text: string, addressRanges: readonly string[]): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  const ranges = addressRanges.map(parseRange).filter((range) => range !== undefined);
  return ranges.length === 0 || ranges.some((range) => contains(range, address));
}

const wantedAddress = "metallb.io/loadBalancerIPs";
/** MetalLB still takes what it was called before. */
const otherAddresses = ["metallb.universe.tf/loadBalancerIPs"];

export const loadBalancerAddress: Rule = {
  title: "LoadBalancer Services name an address of a pool",
  reason: "Without one MetalLB hands out the next free address, and it moves after a rebuild.",
  mend: `Give the app an address inside network.pools; it becomes ${wantedAddress}.`,
  scope: "resource",
  charts: true,
  judge: (resource, { addressRanges }) => {
    const object = objectOf(resource);
    const spec = fieldsOf(object?.body["spec"]);
    if (object?.kind !== "Service") return [];
    // Every node answers to these: a Service may take the address of anything on the LAN.
    const external = textsOf(spec["externalIPs"]);
    if (external.length > 0) {
      return [judged("spec.externalIPs", false, `it takes ${external.join(", ")} past MetalLB`)];
    }
    if (spec["type"] !== "LoadBalancer") return [];
    const path = `metadata.annotations["${wantedAddress}"]`;
    const texts = [
      ...[wantedAddress, ...otherAddresses].map((name) => textOf(object.annotations[name])),
      textOf(spec["loadBalancerIP"]),
    ].filter((text) => text !== "");
    if (texts.length === 0) return [judged(path, false, "no address is named")];
    const outside = texts
      .flatMap((text) => text.split(","))
      .map((one) => one.trim())
      .filter((one) => !isUnknown(one) && !isInPool(one, addressRanges));
    return [judged(path, outside.length === 0, `${outside.join(", ")} is in no pool`)];
  },
};

/** Whether a name stands in a certificate's names: itself, or by a wildcard of its domain. */
function isNamed(host: string, names: readonly string[]): boolean {
  return names.includes(host) || names.includes(host.replace(/^[^.]+/, "*"));
}

function ingressJudgements(spec: Readonly<Record<string, unknown>>): Judgement[] {
  const names = listOf(spec["tls"]).flatMap(({ hosts }) => textsOf(hosts));
  if (isSet(spec["defaultBackend"])) {
    return [judged("spec.defaultBackend", false, "it answers to every name")];
  }
  return listOf(spec["rules"]).map(({ host }, index) =>
    judged(
      `spec.rules[${String(index)}].host`,
      textOf(host) !== "" && isNamed(textOf(host), names),
      textOf(host) === "" ? "it answers to every name" : `${textOf(host)} is not under spec.tls`,
    ),
  );
}

const routes = ["IngressRoute", "IngressRouteTCP"];

export const ingressTls: Rule = {
  title: "Everything behind the ingress is served by TLS",
  reason: "Passwords and cookies of these pages cross the LAN, and whoever listens has them.",
  mend: "List the host under `spec.tls` of the Ingress, or give the IngressRoute a `tls`.",
  scope: "resource",
  charts: true,
  judge: (resource) => {
    const object = objectOf(resource);
    const spec = fieldsOf(object?.body["spec"]);
    if (object?.kind === "Ingress") return ingressJudgements(spec);
    if (object?.kind === "Gateway") {
      return listOf(spec["listeners"]).map(({ name, protocol }, index) =>
        judged(
          `spec.listeners[${String(index)}].protocol`,
          protocol === "HTTPS" || protocol === "TLS",
          `listener ${textOf(name)} speaks ${textOf(protocol)}`,
        ),
      );
    }
    if (object === undefined || !routes.includes(object.kind)) return [];
    return [judged("spec.tls", isSet(spec["tls"]), "it has no tls")];
  },
};
