import { contains, parseAddress, parseRange } from "../../config/addresses";
import { fieldsOf, listOf, objectOf, textOf, textsOf } from "../resource";
import { judged, type Judgement, type Rule } from "../rule";

export const defaultDeny: Rule = {
  title: "Each namespace refuses all traffic that no policy allows",
  reason: "Without such a NetworkPolicy any pod reaches any other: one broken app is all of them.",
  mend: "Add a NetworkPolicy with an empty podSelector and both policyTypes, and rows of flows.",
  scope: "stack",
  charts: false,
  judge: (resource, { all }) => {
    const namespace = objectOf(resource);
    if (namespace?.kind !== "Namespace") return [];
    const isGuarded = all.some((one) => {
      const object = objectOf(one);
      if (object?.kind !== "NetworkPolicy" || object.namespace !== namespace.name) return false;
      const { podSelector, policyTypes, ingress, egress } = fieldsOf(object.body["spec"]);
      const isForAll = Object.keys(fieldsOf(podSelector)).length === 0;
      const types = textsOf(policyTypes);
      const isBoth = ["Ingress", "Egress"].every((type) => types.includes(type));
      return isForAll && isBoth && listOf(ingress).length + listOf(egress).length === 0;
    });
    return [judged("", isGuarded, "no NetworkPolicy refuses what is not allowed")];
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

export const loadBalancerAddress: Rule = {
  title: "LoadBalancer Services name an address of a pool",
  reason: "Without one MetalLB hands out the next free address, and it moves after a rebuild.",
  mend: `Give the app an address inside network.pools; it becomes ${wantedAddress}.`,
  scope: "resource",
  charts: true,
  judge: (resource, { addressRanges }) => {
    const object = objectOf(resource);
    const spec = fieldsOf(object?.body["spec"]);
    if (object?.kind !== "Service" || spec["type"] !== "LoadBalancer") return [];
    const path = `metadata.annotations["${wantedAddress}"]`;
    const text = textOf(object.annotations[wantedAddress]);
    if (text === "") return [judged(path, false, "no address is named")];
    const outside = text
      .split(",")
      .map((one) => one.trim())
      .filter((one) => !isInPool(one, addressRanges));
    return [judged(path, outside.length === 0, `${outside.join(", ")} is in no pool`)];
  },
};

/** Whether a name stands in a certificate's names: itself, or by a wildcard of its domain. */
function isNamed(host: string, names: readonly string[]): boolean {
  return names.includes(host) || names.includes(host.replace(/^[^.]+/, "*"));
}

function ingressJudgements(spec: Readonly<Record<string, unknown>>): Judgement[] {
  const names = listOf(spec["tls"]).flatMap(({ hosts }) => textsOf(hosts));
  return listOf(spec["rules"]).map(({ host }, index) =>
    judged(
      `spec.rules[${String(index)}].host`,
      textOf(host) !== "" && isNamed(textOf(host), names),
      textOf(host) === "" ? "it answers to every name" : `${textOf(host)} is not under spec.tls`,
    ),
  );
}

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
    if (object?.kind !== "IngressRoute") return [];
    return [judged("spec.tls", spec["tls"] !== undefined, "it has no tls")];
  },
};
