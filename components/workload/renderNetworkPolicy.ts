import type { networking } from "@pulumi/kubernetes/types/input";
import { appProbers, pods } from "../../catalogue/network/pods";
import { toClusterDns } from "../namespace/clusterDns";
import { appMetadata, selectorLabels } from "./metadata";
import type { AppSettings, StackSettings } from "./settings";

/** Private, shared and link-local ranges: the internet without the LAN and the cluster. */
const privateRanges = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
];

/** Indexers, trackers, peers and metadata services are on any port. */
const toInternet: networking.v1.NetworkPolicyEgressRule = {
  to: [{ ipBlock: { cidr: "0.0.0.0/0", except: privateRanges } }],
};

function ingress({
  row,
  stack,
  address,
  calledBy,
}: AppSettings): networking.v1.NetworkPolicyIngressRule[] {
  // MetalLB's traffic may carry a node's address, so a rule by source would shut the LAN out.
  if (address !== undefined) {
    return [{ ports: row.ports.map(({ number, protocol }) => ({ port: number, protocol })) }];
  }
  return [
    {
      from: [
        ...calledBy.map((name) => ({ podSelector: { matchLabels: selectorLabels(stack, name) } })),
        ...[pods.traefik, ...appProbers].map(({ namespace, labels }) => ({
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
          podSelector: { matchLabels: { ...labels } },
        })),
      ],
      ports: [{ port: row.ports[0].number, protocol: "TCP" }],
    },
  ];
}

/** The web ports of apps of a stack. */
export function toApps(
  stack: StackSettings,
  apps: readonly AppSettings[],
): networking.v1.NetworkPolicyEgressRule[] {
  return apps.map(({ row }) => ({
    to: [{ podSelector: { matchLabels: selectorLabels(stack, row.name) } }],
    ports: [{ port: row.ports[0].number, protocol: "TCP" }],
  }));
}

function egress({ stack, calls }: AppSettings): networking.v1.NetworkPolicyEgressRule[] {
  const toPeers = calls.map(({ name, port }) => ({
    to: [{ podSelector: { matchLabels: selectorLabels(stack, name) } }],
    ports: [{ port, protocol: "TCP" }],
  }));
  return [toClusterDns, ...toPeers, toInternet];
}

/**
 * What may reach an app and what it may reach, on top of the namespace's default of nothing: the
 * LAN on its ports, the apps it works with, name resolution and the internet, never the LAN's
 * other devices.
 */
export function renderNetworkPolicy(app: AppSettings) {
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: appMetadata(app),
    spec: {
      podSelector: { matchLabels: selectorLabels(app.stack, app.row.name) },
      policyTypes: ["Ingress", "Egress"],
      ingress: ingress(app),
      egress: egress(app),
    },
  } satisfies networking.v1.NetworkPolicy;
}
