import { Provider } from "@pulumi/kubernetes/provider";
import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { K3sCluster, K3sIdentity, type K3sMember } from "../components/k3s/K3sCluster";
import type { Registries } from "../components/k3s/registries";
import { renderRetainingClass, retainingClass } from "../components/k3s/storageClass";
import { childOptions, type ClusterScope } from "../components/options";
import type { Secrets } from "../config/load";
import { localPath } from "../config/localPath";
import { readRegistryCredentials } from "../config/registryCredentials";
import type { Config, HostConfig } from "../config/schema";
import { access } from "./access";
import { deployerOrAdmin } from "./deployer";
import { hosts, type PreparedHost } from "./hosts";
import { snapshots } from "./snapshots";

/** A cluster to deploy to. */
export interface ClusterHandle extends ClusterScope {
  /** What must be up before anything is installed. */
  readonly ready: readonly pulumi.Resource[];
  /** Addresses of our own servers; empty on an existing cluster. */
  readonly serverAddresses: readonly string[];
  /** Address of the host that exports `storage.nfs.path`, when one of ours does. */
  readonly nfsServer: string | undefined;
  /** Admin kubeconfig; secret. Unset on an existing cluster, whose kubeconfig you have. */
  readonly kubeconfig: pulumi.Output<string> | undefined;
  /** Signs SSH certificates for the hosts, where that is turned on; secret. */
  readonly sshAuthority: pulumi.Output<string> | undefined;
  /** Opens the encrypted copies off the hosts; secret. Unset on an existing cluster. */
  readonly recoveryKey: pulumi.Output<string> | undefined;
  /** What each host is. */
  readonly nodes: readonly pulumi.Output<unknown>[];
}

/**
 * The Kubernetes provider of a cluster. Its identifier never changes: an unknown kubeconfig would
 * otherwise replace the provider and everything on it. ConfigMaps and Secrets change in place, so
 * that pods never miss one. Applying is forced: a field that somebody changed by hand would stay
 * theirs, and every later run would end in that conflict.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/#inputs
 */
function clusterProvider(
  config: Config,
  kubeconfig: pulumi.Input<string>,
  dependsOn: readonly pulumi.Resource[],
): Provider {
  const { name, access: account } = config.cluster;
  // The deployer's kubeconfig has one context, which is its current one.
  const context = account === "admin" ? config.cluster.context : undefined;
  return new Provider(
    "cluster",
    {
      kubeconfig,
      clusterIdentifier: name,
      enableConfigMapMutable: true,
      enableSecretMutable: true,
      enablePatchForce: true,
      ...(context === undefined ? {} : { context }),
    },
    { dependsOn: [...dependsOn] },
  );
}

function existingCluster(config: Config, secrets: Secrets): ClusterHandle {
  const { access: account, kubeconfigPath: path } = config.cluster;
  const given = account === "admin" ? secrets.kubeconfig : secrets.deployerKubeconfig;
  const kubeconfig = given ?? pulumi.secret(readFileSync(localPath(path ?? ""), "utf8"));
  return {
    provider: clusterProvider(config, kubeconfig, []),
    anchor: undefined,
    ready: [],
    serverAddresses: [],
    nfsServer: undefined,
    kubeconfig: undefined,
    sshAuthority: undefined,
    recoveryKey: undefined,
    nodes: [],
  };
}

function member({ config: row, target }: PreparedHost, { k3s }: Config): K3sMember {
  const sans = [k3s.virtualIp, ...k3s.tlsSans].filter((san) => san !== undefined);
  return {
    target,
    discardVolumes: row.discardVolumes,
    settings: {
      role: row.role,
      name: row.name,
      address: row.address,
      version: k3s.version,
      labels: row.labels,
      taints: row.taints,
      kubeletArgs: k3s.kubeletArgs,
      protectKernelDefaults: k3s.protectKernelDefaults,
      embeddedRegistry: k3s.embeddedRegistry,
      tlsSans: [...new Set(sans)],
      clusterCidr: k3s.clusterCidr,
      serviceCidr: k3s.serviceCidr,
      snapshots: k3s.snapshots,
      audit: k3s.audit,
      podSecurity: k3s.podSecurity,
    },
  };
}

/** The registries with the texts of their CA files, which lie on this machine. */
function registriesOf({ k3s }: Config): Registries {
  const configs = Object.entries(k3s.registries.configs).map(([name, { tls, auth }]) => {
    const ca = tls.caFile === undefined ? {} : { ca: readFileSync(localPath(tls.caFile), "utf8") };
    return [name, { ...ca, insecureSkipVerify: tls.insecureSkipVerify, auth }] as const;
  });
  return { mirrors: k3s.registries.mirrors, configs: Object.fromEntries(configs) };
}

function ownCluster(config: Config, secrets: Secrets): ClusterHandle {
  const identity = new K3sIdentity(config.cluster.name, config.k3s.rotation);
  const directory = config.k3s.airGapDirectory;
  const prepared = hosts(config, secrets, identity.clusterId);
  const members = (role: HostConfig["role"]): K3sMember[] =>
    prepared.filter((host) => host.config.role === role).map((host) => member(host, config));
  const [first, ...others] = members("server");
  if (first === undefined)
    throw new Error("the configuration's rules let a cluster without server through");
  const cluster = new K3sCluster(config.cluster.name, {
    clusterName: config.cluster.name,
    identity,
    servers: [first, ...others],
    agents: members("agent"),
    gone: config.hosts.filter(({ state }) => state === "gone"),
    hosts: new Map(prepared.map((host) => [host.config.name, host])),
    source: { ...config.k3s, airGapDirectory: directory && localPath(directory) },
    virtualIp: config.k3s.virtualIp,
    virtualIpInterface: config.k3s.virtualIpInterface,
    drainTimeout: config.k3s.drainTimeout,
    registries: registriesOf(config),
    registryLogins: secrets.registryCredentials?.apply(readRegistryCredentials),
    rotation: config.k3s.rotation,
  });
  const kubeconfig =
    config.cluster.access === "deployer"
      ? deployerOrAdmin(cluster.kubeconfig, secrets.deployerKubeconfig)
      : cluster.kubeconfig;
  const provider = clusterProvider(config, kubeconfig, [cluster.ready]);
  const scope = { provider, anchor: identity.anchor };
  const localStorage = new StorageClass(
    retainingClass,
    renderRetainingClass(),
    childOptions(cluster, { ...scope, dependsOn: [cluster.ready] }),
  );
  return {
    ...scope,
    ready: [cluster.ready, localStorage, ...prepared.flatMap(({ exported }) => exported ?? [])],
    serverAddresses: [first, ...others].map(({ target }) => target.address),
    nfsServer: config.hosts.find(({ name }) => name === config.storage.nfs?.host)?.address,
    kubeconfig: cluster.kubeconfig,
    sshAuthority: access(config, prepared),
    recoveryKey: snapshots(config, secrets, prepared, identity),
    nodes: prepared.map(({ host }) => host.profile),
  };
}

/** The cluster of a stack: Bramble's own k3s on the hosts, or one that exists. */
export function cluster(config: Config, secrets: Secrets): ClusterHandle {
  return config.cluster.source === "existing"
    ? existingCluster(config, secrets)
    : ownCluster(config, secrets);
}
