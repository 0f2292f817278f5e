import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { rebootIfNeeded } from "../host/reboot";
import type { HostTarget } from "../remote/connection";
import { remoteFile } from "../remote/remoteFile";
import { remoteScript } from "../remote/remoteScript";
import { hardeningFiles } from "./hardening";
import { type K3sNodeSettings, renderK3sConfig } from "./k3sConfig";
import { renderRegistration } from "./nodeLabels";
import { k3sConfigDirectory } from "./paths";
import type { RegistryFiles } from "./registryFiles";
import { revisionOf } from "./revision";

/** What every node of a cluster shares. */
export interface K3sShared {
  /** Identity of the cluster; written to each host before its first start. */
  readonly clusterId: pulumi.Output<string>;
  /** Skips draining and deleting nodes when the whole cluster goes. */
  readonly anchor: pulumi.Resource;
  /** Secret token of servers. */
  readonly serverToken: pulumi.Output<string>;
  /** Secret token of agents. */
  readonly agentToken: pulumi.Output<string>;
  readonly virtualIp?: string;
  /** Seconds that pods are given to leave a node before it is changed; 0: they stay. */
  readonly drainTimeout: number;
  /** Where images are pulled from. */
  readonly registries: RegistryFiles;
  /** Tokens that were rotated, `name-N`: a node takes a new one in its turn. */
  readonly rotatedTokens: { readonly server: readonly string[]; readonly agent: readonly string[] };
}

/** Arguments of {@link K3sNode}. */
export interface K3sNodeArgs {
  readonly host: HostTarget;
  readonly settings: K3sNodeSettings;
  readonly shared: K3sShared;
  /** Addresses of the servers this node may join through. */
  readonly peers: readonly string[];
  /** Server through which this node is removed from the cluster; none for an only server. */
  readonly remover?: HostTarget;
  /** kube-vip's manifest, on servers with a virtual address. */
  readonly kubeVipManifest?: string;
  /** The prepared host and its staged binary. */
  readonly prepared: readonly pulumi.Resource[];
  /** local-path claims, `namespace/claim`, that may be lost when the host is rebuilt. */
  readonly discardVolumes: readonly string[];
  /** What must be done before this node may be disturbed: the node before it in the chain. */
  readonly turn: readonly pulumi.Resource[];
}

/** Where the wanted state is staged on a host; k3s.sh puts it in place when it may. */
const staged = "/etc/bramble/k3s";

/** What of the registries' files a preview may show. */
function plainTexts({ files }: RegistryFiles): string[] {
  return files.flatMap(({ content, secret }) =>
    secret || typeof content !== "string" ? [] : [content],
  );
}

/**
 * One k3s node: its staged configuration, a reboot if one is due, the converged service, and what
 * undoes both. A file of the wanted state never reaches k3s before its turn.
 */
export class K3sNode extends pulumi.ComponentResource {
  /** Done when the node serves: a server then votes in etcd, an agent's kubelet is registered. */
  readonly serving: remote.Command;
  /** The last resource of this node in the chain of nodes. */
  readonly last: pulumi.Resource;

  constructor(name: string, args: K3sNodeArgs, opts: pulumi.ComponentResourceOptions) {
    super("bramble:k3s:K3sNode", name, {}, opts);
    const { host, settings, shared } = args;
    const files = this.stageFiles(args);
    const away = this.away(args);
    const turn = [...args.turn, ...away];
    const back = rebootIfNeeded(host, shared.drainTimeout, {
      parent: this,
      dependsOn: [...args.prepared, ...turn],
    });
    const virtualIp =
      settings.role === "server" && shared.virtualIp !== undefined
        ? ["--virtual-ip", shared.virtualIp]
        : [];
    const room = this.makeRoom(args, back);
    // Exists before k3s does: a failed first start leaves no state of its own to undo it by.
    const teardown = remoteScript(
      `${host.name}-teardown`,
      {
        host,
        create: { script: "k3s-teardown.sh", args: ["mark"], timeoutSeconds: 60 },
        delete: {
          script: "k3s-teardown.sh",
          args: ["teardown", ...virtualIp],
          timeoutSeconds: 300,
        },
        stdin: shared.clusterId,
      },
      { parent: this, dependsOn: [back, ...turn] },
    );
    this.serving = remoteScript(
      `${host.name}-k3s`,
      {
        host,
        create: {
          script: "k3s.sh",
          args: [
            "converge",
            ...["--role", settings.role, "--version", settings.version],
            ...["--peers", args.peers.join(" ")],
            ...["--generation", String(host.generation)],
            ...["--drain-timeout", String(shared.drainTimeout)],
            ...["--registries", shared.registries.files.map((file) => file.name).join(" ")],
          ],
          timeoutSeconds: 1200 + shared.drainTimeout,
        },
        // k3s.sh reads the first line; the second is there to change when a log-in does.
        stdin:
          shared.registries.loginsDigest === undefined
            ? shared.clusterId
            : pulumi.interpolate`${shared.clusterId}\n${shared.registries.loginsDigest}`,
        revision: revisionOf(
          renderK3sConfig(settings),
          ...plainTexts(shared.registries),
          args.kubeVipManifest ?? "",
          ...Object.values(hardeningFiles(settings)),
          ...shared.rotatedTokens[settings.role],
        ),
      },
      { parent: this, dependsOn: [teardown, ...room, ...files, ...args.prepared] },
    );
    const member = this.membership(args) ?? this.serving;
    this.last = this.home(args, member) ?? member;
    this.registerOutputs({});
  }

  private stageFiles({ host, settings, shared, kubeVipManifest, prepared }: K3sNodeArgs) {
    const tokens =
      settings.role === "server"
        ? { "server-token": shared.serverToken, "agent-token": shared.agentToken }
        : { "agent-token": shared.agentToken };
    const options = { parent: this, dependsOn: [...prepared] };
    const config = remoteFile(
      `${host.name}-config`,
      { host, path: `${staged}/config.yaml`, content: renderK3sConfig(settings) },
      options,
    );
    // Straight to where k3s looks: what counts at registration alone disturbs no running k3s.
    const registration = remoteFile(
      `${host.name}-registration`,
      {
        host,
        path: `${k3sConfigDirectory}/config.yaml.d/20-registration.yaml`,
        content: renderRegistration(settings),
      },
      options,
    );
    const registries = shared.registries.files.map(({ name, content, secret }) =>
      remoteFile(
        `${host.name}-${name.replace(/\.yaml$/, "")}`,
        { host, path: `${staged}/${name}`, content, secret },
        options,
      ),
    );
    const hardening = Object.entries(hardeningFiles(settings)).map(([file, content]) =>
      remoteFile(
        `${host.name}-${file.replace(/\.yaml$/, "")}`,
        { host, path: `${staged}/${file}`, content },
        options,
      ),
    );
    const secrets = Object.entries(tokens).map(([file, content]) =>
      remoteFile(
        `${host.name}-${file}`,
        { host, path: `${staged}/${file}`, content, secret: true },
        options,
      ),
    );
    const manifests =
      kubeVipManifest === undefined
        ? []
        : [
            remoteFile(
              `${host.name}-kube-vip`,
              { host, path: `${staged}/manifests/kube-vip.yaml`, content: kubeVipManifest },
              options,
            ),
          ];
    return [config, registration, ...registries, ...hardening, ...secrets, ...manifests];
  }

  /**
   * Before a rebuilt host joins: the cluster forgets the node and etcd member of its old disk, which
   * would otherwise be refused or hold a vote that nobody casts.
   *
   * Each generation has commands of its own that run once: run again for another reason, with the
   * answer of back then, they would forget a node that has joined since.
   */
  private makeRoom(
    { host, remover, discardVolumes }: K3sNodeArgs,
    back: pulumi.Resource,
  ): pulumi.Resource[] {
    if (host.generation === 1 || remover === undefined) return [];
    const nothing = { script: "k3s-node.sh", args: ["none"], timeoutSeconds: 60 } as const;
    const generation = `generation-${String(host.generation)}`;
    const standing = remoteScript(
      `${host.name}-${generation}-standing`,
      {
        host,
        create: { script: "k3s.sh", args: ["standing"], timeoutSeconds: 60 },
        update: nothing,
      },
      { parent: this, dependsOn: [back] },
    );
    const room = remoteScript(
      `${host.name}-${generation}-room`,
      {
        host: remover,
        create: {
          script: "k3s-node.sh",
          args: [
            ...["make-room", "--node", host.name],
            ...(discardVolumes.length === 0 ? [] : ["--discard", discardVolumes.join(" ")]),
          ],
          timeoutSeconds: 400,
        },
        update: nothing,
        stdin: standing.stdout,
      },
      { parent: this, dependsOn: [standing] },
    );
    return [room];
  }

  /** What an agent's k3s runs with; its pods leave before it changes. */
  private agentRevision({ host, settings }: K3sNodeArgs): string {
    return revisionOf(renderK3sConfig(settings), settings.version, String(host.generation));
  }

  /**
   * A command about an agent on a server, since an agent has no right to drain itself. The node
   * remembers the revision it runs with: only a change of it makes pods move.
   */
  private aboutAgent(
    verb: "away" | "home",
    { host, settings, shared, remover }: K3sNodeArgs & { readonly remover: HostTarget },
    revision: string,
    dependsOn: readonly pulumi.Resource[],
  ): remote.Command {
    return remoteScript(
      `${host.name}-${verb}`,
      {
        host: { ...remover, generation: 1 },
        create: {
          script: "k3s-node.sh",
          args: [
            ...[verb, "--node", settings.name, "--revision", revision],
            ...["--drain-timeout", String(shared.drainTimeout)],
          ],
          timeoutSeconds: 900 + shared.drainTimeout,
        },
        constant: true,
      },
      { parent: this, dependsOn: [...dependsOn] },
    );
  }

  private away(args: K3sNodeArgs): remote.Command[] {
    const { settings, remover, prepared, turn } = args;
    if (settings.role === "server" || remover === undefined) return [];
    const revision = this.agentRevision(args);
    return [this.aboutAgent("away", { ...args, remover }, revision, [...prepared, ...turn])];
  }

  private home(args: K3sNodeArgs, member: pulumi.Resource): remote.Command | undefined {
    const { settings, remover } = args;
    if (settings.role === "server" || remover === undefined) return undefined;
    return this.aboutAgent("home", { ...args, remover }, this.agentRevision(args), [member]);
  }

  /** Removal from the cluster, by another server; skipped when the cluster as a whole is destroyed. */
  private membership({ host, remover, shared }: K3sNodeArgs): remote.Command | undefined {
    if (remover === undefined) return undefined;
    return remoteScript(
      `${host.name}-membership`,
      {
        host: remover,
        create: { script: "k3s-node.sh", args: ["none"], timeoutSeconds: 60 },
        delete: {
          script: "k3s-node.sh",
          args: ["remove", "--node", host.name],
          timeoutSeconds: 400,
        },
      },
      { parent: this, dependsOn: [this.serving], deletedWith: shared.anchor },
    );
  }
}
