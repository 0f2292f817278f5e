import { stringify } from "yaml";
import { parseQuietly } from "../../config/parseQuietly";

interface Kubeconfig {
  clusters: { name: string; cluster: { server: string } & Record<string, unknown> }[];
  contexts: { name: string; context: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
  "current-context": string;
}

/**
 * Turns the kubeconfig a server wrote for itself into one for other machines: the API's address
 * instead of loopback, and the cluster's name instead of `default`, so that several merge well.
 *
 * @param text kubeconfig as /etc/rancher/k3s/k3s.yaml holds it.
 * @throws Error when the text holds no cluster; no word of the text is in it.
 */
export function renderKubeconfig(text: string, clusterName: string, address: string): string {
  const config = parseQuietly(text, "the server's kubeconfig") as Partial<Kubeconfig> | null;
  const cluster = config?.clusters?.[0];
  const user = config?.users?.[0];
  if (cluster === undefined || user === undefined) {
    throw new Error("the server's kubeconfig names no cluster or user");
  }
  return stringify({
    ...config,
    clusters: [
      {
        name: clusterName,
        cluster: { ...cluster.cluster, server: `https://${address}:6443` },
      },
    ],
    contexts: [
      { name: clusterName, context: { cluster: clusterName, user: `${clusterName}-admin` } },
    ],
    users: [{ name: `${clusterName}-admin`, user: user.user }],
    "current-context": clusterName,
  });
}
