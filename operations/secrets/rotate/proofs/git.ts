import { isSshRepository } from "../../../../config/deliverySchema";
import type { Config } from "../../../../config/schema";
import { deliverySettings } from "../../../../stacks/delivery";
import { kubectlWith } from "../../../cluster/kubectl";
import type { Proof } from "../proof";
import { runSsh, strictOptions, withAgentKey } from "./agent";
import { ask, basic } from "./ask";

const untilRevoked = "is yours to revoke where you got it, once this is done";

/** What a Git server calls its list of branches and tags. */
const advertisement = "application/x-git-upload-pack-advertisement";

/** Names that no machine but the cluster's own pods can ask for. */
const isInCluster = (host: string): boolean => /\.svc(\.|$)|\.cluster\.local$/.test(host);

const notFromHere = (host: string): string => `${host}: from here it cannot be asked, Argo CD can`;

/** The Git server lists branches to who has the token. Some lead to another path first. */
export const gitToken: Proof = {
  before: async ({ config }, token) => {
    const { repository = "", username } = config.delivery;
    const url = `${repository.replace(/\/+$/, "")}/info/refs?service=git-upload-pack`;
    const { host, hostname } = new URL(url);
    if (isInCluster(hostname)) return notFromHere(host);
    const headers = basic(username, token);
    const answer = await ask(url, { headers, redirect: "follow" });
    if (answer.status !== 200) throw new Error(`${host} answers HTTP ${String(answer.status)}`);
    // A page to log in at is an answer too.
    if (answer.headers.get("content-type")?.split(";")[0] !== advertisement) {
      throw new Error(
        `${host} answers with a page: is delivery.repository the address of a clone?`,
      );
    }
    return `${host} lists branches`;
  },
  old: untilRevoked,
};

/** Where SSH leads to a repository. */
export interface SshRepository {
  readonly target: string;
  readonly port: string;
  readonly path: string;
}

/**
 * What Git makes of a repository's SSH address, in either form.
 *
 * @throws Error in one line when it is none.
 * @see https://git-scm.com/docs/git-clone#_git_urls
 */
export function sshRepository(repository: string): SshRepository {
  const [, user, host = "", port = "22", path = ""] =
    /^ssh:\/\/(?:([^@/]+)@)?(\[[^\]]+\]|[^/:]+)(?::(\d+))?(\/.+)$/.exec(repository) ?? [];
  if (host !== "") {
    const bare = host.replace(/^\[(.*)\]$/, "$1");
    const target = user === undefined ? bare : `${user}@${bare}`;
    return { target, port, path: path.replace(/^\/~/, "~") };
  }
  const [, short, rest] = /^([^@/:]+@[^@/:]+):(.+)$/.exec(repository) ?? [];
  if (isSshRepository(repository) && short !== undefined && rest !== undefined) {
    return { target: short, port: "22", path: rest };
  }
  throw new Error("delivery.repository is no SSH address");
}

/** An argument for the shell that a Git server may have. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Asks a Git server for branches, as Git does, and takes none. The key is in an agent, in no file and
 * no argument.
 *
 * @param knownHosts lines by which the server is known.
 * @throws Error in one line when it does not let the key in.
 */
export function listsBranches(
  repository: string,
  key: string,
  knownHosts: string,
): Promise<string> {
  const { target, port, path } = sshRepository(repository);
  return withAgentKey(key, async (agent) => {
    const args = [...strictOptions(agent, knownHosts), "-T", "-p", port, "--", target];
    const nothingWanted = "0000";
    const command = `git-upload-pack ${quoted(path)}`;
    const { environment } = agent;
    const listed = await runSsh("ssh", [...args, command], environment, nothingWanted).catch(
      (error: unknown) => {
        const isStranger = error instanceof Error && error.message.includes("Host key verif");
        if (!isStranger) throw error;
        throw new Error("Argo CD does not know the Git server's host key: delivery.knownHosts");
      },
    );
    // Some servers answer with a greeting, and with success, to whom they let see nothing.
    if (!/^[0-9a-f]{4}/.test(listed)) throw new Error(`${target} lists nothing`);
    return `${target} lists branches`;
  });
}

/** Lines by which Argo CD itself knows Git servers: its chart's own, and `delivery.knownHosts`. */
async function knownToArgoCd(config: Config, kubeconfig: string, context: string | undefined) {
  const { argoCdNamespace } = deliverySettings(config, "");
  const text = await kubectlWith(
    kubeconfig,
    context,
  )(["get", "configmap", "argocd-ssh-known-hosts-cm", "-n", argoCdNamespace, "-o", "json"]);
  const { data } = JSON.parse(text) as { data?: Readonly<Record<string, string>> };
  return data?.["ssh_known_hosts"] ?? "";
}

/** The Git server lists branches to who has the key, and is the one that Argo CD knows. */
export const gitSshKey: Proof = {
  before: async ({ config, cluster }, key) => {
    const { repository = "" } = config.delivery;
    const host = sshRepository(repository).target.replace(/^.*@/, "");
    if (isInCluster(host)) return notFromHere(host);
    const knownHosts = await cluster((file, name) => knownToArgoCd(config, file, name));
    return listsBranches(repository, key, knownHosts);
  },
  old: untilRevoked,
};
