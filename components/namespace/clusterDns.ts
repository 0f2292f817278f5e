import type { networking } from "@pulumi/kubernetes/types/input";

/** Name resolution in the cluster. */
export const toClusterDns: networking.v1.NetworkPolicyEgressRule = {
  to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};
