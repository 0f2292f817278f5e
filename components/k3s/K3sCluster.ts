import * as pulumi from "@pulumi/pulumi";
import { RandomPassword, RandomUuid } from "@pulumi/random";
import type { Host } from "../host/Host";
import type { HostTarget } from "../remote/connection";
import { remoteScript } from "../remote/remoteScript";
import { GoneNode } from "./GoneNode";
import { K3sBinary, type K3sSource } from "./K3sBinary";
import type { K3sNodeSettings } from "./k3sConfig";
import { K3sNode, type K3sShared } from "./K3sNode";
import { labelNodes } from "./labelNodes";
import type { Registries, RegistryLogins } from "./registries";
import { registryFiles } from "./registryFiles";
import { baselineOf, K3sRotation, raisedCounters, type RotationCounters } from "./K3sRotation";
import { renderKubeconfig } from "./kubeconfig";
import { renderKubeVip } from "./kubeVipManifest";

/** One member of the cluster. */
export interface K3sMember {
  readonly target: HostTarget;
  readonly settings: K3sNodeSettings;
  /** local-path claims, `namespace/claim`, that may be lost when the host is rebuilt. */
  readonly discardVolumes: readonly string[];
}

/** The tokens and the identity a cluster is born with. */
export class K3sIdentity extends pulumi.ComponentResource {
  readonly serverToken: pulumi.Output<string>;
  readonly agentToken: pulumi.Output<string>;
  readonly clusterId: pulumi.Output<string>;
  /** Never replaced; goes only with the whole stack. */
  readonly anchor: RandomUuid;

  constructor(
    name: string,
    rotation: Pick<RotationCounters, "serverToken" | "agentToken">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("bramble:k3s:K3sIdentity", name, {}, opts);
    const token = (kind: "server" | "agent") => {
      const counter = rotation[`${kind}Token`];
      const keepers = counter > 1 ? { keepers: { rotation: String(counter) } } : {};
      return new RandomPassword(
        `${kind}-token`,
        { length: 48, special: false, ...keepers },
        { parent: this },
      ).result;
    };
    this.anchor = new RandomUuid("cluster-id", {}, { parent: this });
    this.clusterId = this.anchor.result;
    this.serverToken = token("server");
    this.agentToken = token("agent");
    this.registerOutputs({});
  }
}

/** Arguments of {@link K3sCluster}. */
export interface K3sClusterArgs {
  readonly clusterName: string;
  readonly identity: K3sIdentity;
  /** Servers converge in this order, one at a time. At least one. */
  readonly servers: readonly [K3sMember, ...K3sMember[]];
  readonly agents: readonly K3sMember[];
  /** Hosts that are dead. */
  readonly gone: readonly { readonly name: string; readonly discardVolumes: readonly string[] }[];
  /** The prepared hosts by name. */
  readonly hosts: ReadonlyMap<string, { readonly host: Host; readonly prepared: pulumi.Resource }>;
  readonly source: K3sSource;
  readonly virtualIp?: string | undefined;
  readonly virtualIpInterface?: string | undefined;
  /** Seconds that pods are given to leave a node before it is changed; 0: they stay. */
  readonly drainTimeout: number;
  readonly registries: Registries;
  /** User and password by registry; secret. */
  readonly registryLogins?: pulumi.Output<RegistryLogins> | undefined;
  /** Of which generation each credential is. */
  readonly rotation: RotationCounters;
}

/**
 * A k3s cluster with embedded etcd on prepared hosts.
 *
 * Nodes form one chain, servers first: the next is touched only when the one before votes in etcd
 * and is Ready, both when it is made and when it is changed. Two are never away at once, and a
 * failure leaves the rest alone.
 */
export class K3sCluster extends pulumi.ComponentResource {
  /** Admin kubeconfig for other machines; secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Done when every node is Ready and has followed every rotation. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: K3sClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bramble:k3s:K3sCluster", name, {}, opts);
    const { servers, agents, identity } = args;
    const [first] = servers;
    const shared: K3sShared = {
      clusterId: identity.clusterId,
      anchor: identity.anchor,
      serverToken: identity.serverToken,
      agentToken: identity.agentToken,
      drainTimeout: args.drainTimeout,
      registries: registryFiles(args.registries, args.registryLogins, identity.serverToken),
      rotatedTokens: {
        server: raisedCounters(args.rotation, ["serverToken", "agentToken"]),
        agent: raisedCounters(args.rotation, ["agentToken"]),
      },
      ...(args.virtualIp === undefined ? {} : { virtualIp: args.virtualIp }),
    };
    const addresses = servers.map(({ target }) => target.address);
    const make = (member: K3sMember, turn: readonly pulumi.Resource[]): K3sNode =>
      this.node(member, args, shared, addresses, turn);

    const permit = this.baseline(first, args, this.permitInitialisation(first, args));
    // A dead member still has a vote: only without it may others be spared.
    const turn = [permit, ...this.forgetGone(first, args)];
    const chained = [...servers, ...agents].reduce<K3sNode[]>((nodes, member) => {
      const before = nodes.at(-1);
      return [...nodes, make(member, before === undefined ? turn : [before.last])];
    }, []);
    const chain = chained.slice(0, servers.length);

    const names = [...servers, ...agents].map(({ settings }) => settings.name);
    const whole = remoteScript(
      "nodes-ready",
      {
        host: first.target,
        create: {
          script: "k3s-node.sh",
          args: [
            "await-ready",
            ...["--nodes", names.join(" ")],
            ...(args.virtualIp === undefined ? [] : ["--virtual-ip", args.virtualIp]),
          ],
          timeoutSeconds: 1500,
        },
      },
      { parent: this, dependsOn: chained.map(({ last }) => last) },
    );
    const labelled = labelNodes(first.target, [...servers, ...agents], {
      parent: this,
      dependsOn: [whole],
    });
    this.ready = this.rotate(args, labelled);
    this.kubeconfig = this.readKubeconfig(first, args, chain);
    this.registerOutputs({});
  }

  private forgetGone(first: K3sMember, { gone, hosts }: K3sClusterArgs): pulumi.Resource[] {
    const survivor = hosts.get(first.target.name);
    const prepared = survivor === undefined ? [] : [survivor.prepared];
    return gone.map(({ name: host, discardVolumes }) => {
      const args = { host, discardVolumes, survivor: first.target, prepared };
      return new GoneNode(host, args, { parent: this }).forgotten;
    });
  }

  private node(
    member: K3sMember,
    args: K3sClusterArgs,
    shared: K3sShared,
    addresses: readonly string[],
    turn: readonly pulumi.Resource[],
  ): K3sNode {
    const { target, settings, discardVolumes } = member;
    const prepared = args.hosts.get(target.name);
    if (prepared === undefined) throw new Error(`${target.name} is not a prepared host`);
    const binary = new K3sBinary(
      `${target.name}-k3s-release`,
      { host: target, source: args.source, prepared: prepared.prepared },
      { parent: this },
    );
    const remover = args.servers.find(({ target: other }) => other.name !== target.name)?.target;
    return new K3sNode(
      target.name,
      {
        host: target,
        settings,
        shared,
        discardVolumes,
        peers: addresses.filter((address) => address !== target.address),
        ...(remover === undefined ? {} : { remover }),
        ...this.kubeVip(settings, args),
        prepared: [prepared.prepared, binary.staged],
        turn,
      },
      { parent: this },
    );
  }

  private kubeVip(settings: K3sNodeSettings, { virtualIp, virtualIpInterface }: K3sClusterArgs) {
    if (settings.role !== "server" || virtualIp === undefined) return {};
    return {
      kubeVipManifest: renderKubeVip({
        address: virtualIp,
        ...(virtualIpInterface === undefined ? {} : { networkInterface: virtualIpInterface }),
      }),
    };
  }

  /**
   * Permits the first server, once in the cluster's life, to begin it. Later runs change nothing: a
   * server without data then joins the others or fails, and never begins a second cluster.
   */
  private permitInitialisation(first: K3sMember, args: K3sClusterArgs): pulumi.Resource {
    const prepared = args.hosts.get(first.target.name)?.prepared;
    const virtualIp = args.virtualIp === undefined ? [] : ["--virtual-ip", args.virtualIp];
    return remoteScript(
      "initialisation",
      {
        host: { ...first.target, generation: 1 },
        create: { script: "k3s.sh", args: ["permit-initialise", ...virtualIp], timeoutSeconds: 60 },
        update: { script: "k3s-node.sh", args: ["none"], timeoutSeconds: 60 },
        constant: true,
      },
      { parent: this, dependsOn: prepared === undefined ? [] : [prepared] },
    );
  }

  /** A cluster that begins with raised counters has nothing to rotate. */
  private baseline(
    first: K3sMember,
    { rotation }: K3sClusterArgs,
    permit: pulumi.Resource,
  ): pulumi.Resource {
    const counters = baselineOf(rotation);
    if (counters === undefined) return permit;
    return remoteScript(
      "rotation-baseline",
      {
        host: { ...first.target, generation: 1 },
        create: {
          script: "k3s-rotate.sh",
          args: ["baseline", "--counters", counters],
          timeoutSeconds: 60,
        },
        constant: true,
      },
      { parent: this, dependsOn: [permit] },
    );
  }

  /** What has to be done before the cluster counts as ready. */
  private rotate(args: K3sClusterArgs, whole: pulumi.Resource): pulumi.Resource {
    if (baselineOf(args.rotation) === undefined) return whole;
    const nodes = [...args.servers, ...args.agents];
    return new K3sRotation(
      `${args.clusterName}-rotation`,
      {
        counters: args.rotation,
        first: args.servers[0].target,
        nodes: nodes.map(({ target, settings }) => ({ host: target, role: settings.role })),
        drainTimeout: args.drainTimeout,
        whole,
      },
      { parent: this },
    ).done;
  }

  /**
   * The admin kubeconfig, by a command whose inputs stay the same: an unknown kubeconfig would make
   * the next preview list everything in the cluster as changed. Only a rotation of its certificate
   * does that.
   */
  private readKubeconfig(
    first: K3sMember,
    args: K3sClusterArgs,
    chain: readonly K3sNode[],
  ): pulumi.Output<string> {
    const rotated = raisedCounters(args.rotation, ["certificates", "certificateAuthority"]);
    const command = remoteScript(
      "kubeconfig",
      {
        host: { ...first.target, generation: 1 },
        create: { script: "k3s-kubeconfig.sh", args: [], timeoutSeconds: 60 },
        secret: true,
        constant: true,
        ...(rotated.length === 0 ? {} : { revision: rotated.join(" ") }),
      },
      {
        parent: this,
        dependsOn:
          rotated.length === 0 ? chain.slice(0, 1).map(({ serving }) => serving) : [this.ready],
      },
    );
    const address = args.virtualIp ?? first.target.address;
    return pulumi.secret(
      command.stdout.apply((text) => renderKubeconfig(text, args.clusterName, address)),
    );
  }
}
