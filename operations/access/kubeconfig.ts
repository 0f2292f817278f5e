import { stringify } from "yaml";
import type { Kubectl } from "../cluster/kubectl";
import { deployerName, deployerNamespace } from "./manifests";

/** A cluster as a kubeconfig has it. */
export type ClusterEntry = Readonly<Record<string, unknown>>;

/** Where kubectl's cluster is and how it is known: the context's own, files taken in. */
export async function clusterEntry(kubectl: Kubectl): Promise<ClusterEntry> {
  const text = await kubectl(["config", "view", "--minify", "--raw", "--flatten", "-o", "json"]);
  const { clusters } = JSON.parse(text) as { clusters?: { cluster: ClusterEntry }[] };
  const entry = clusters?.[0]?.cluster;
  if (entry === undefined) throw new Error("the administrator's kubeconfig names no cluster");
  return entry;
}

/** What a kubeconfig is made of. */
export interface KubeconfigParts {
  /** Name of the cluster in the file. */
  readonly clusterName: string;
  readonly cluster: ClusterEntry;
  /** Name of the context and of the user. */
  readonly name: string;
  /** Credentials, as a kubeconfig has them. */
  readonly user: Readonly<Record<string, string>>;
  /** Namespace of commands that name none. */
  readonly namespace?: string | undefined;
}

/** A kubeconfig of one user in one cluster. */
export function renderUserKubeconfig(parts: KubeconfigParts): string {
  const { clusterName, cluster, name, user, namespace } = parts;
  const context = { cluster: clusterName, user: name, ...(namespace && { namespace }) };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: clusterName, cluster }],
    contexts: [{ name, context }],
    users: [{ name, user }],
    "current-context": name,
  });
}

/** A token with its end. */
export interface Token {
  readonly token: string;
  readonly until: Date;
}

/** When a token ends, as it says itself. */
export function endOf(token: string): Date {
  const body = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  return new Date((JSON.parse(body) as { exp: number }).exp * 1000);
}

/**
 * Has the API issue a token of the deployer's. It may be good for less time than was asked: the API
 * server has a bound of its own.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export async function issueToken(kubectl: Kubectl, hours: number): Promise<Token> {
  const duration = `--duration=${String(hours)}h`;
  const args = ["create", "token", deployerName, "--namespace", deployerNamespace, duration];
  const token = (await kubectl(args)).trim();
  return { token, until: endOf(token) };
}
