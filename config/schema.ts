import { z } from "zod";
import { clusterAccess, people } from "./accessSchema";
import { delivery } from "./deliverySchema";
import { absolutePath, address, addressRange, chartSource, dnsLabel, dnsName } from "./fields";
import { host } from "./hostSchema";
import { k3s } from "./k3sSchema";
import { media } from "./mediaSchema";
import { ops } from "./opsSchema";
import { platform } from "./platformSchema";
import { policy } from "./policySchema";
import { secrets } from "./secretsSchema";
import { ssh } from "./sshSchema";

const cluster = z.strictObject({
  name: dnsLabel
    .default("bramble")
    .describe("Name of the cluster. Constant for its life: the Kubernetes provider is tied to it."),
  source: z
    .enum(["k3s", "existing"])
    .default("k3s")
    .describe(
      "`k3s`: Bramble makes the cluster on `hosts`. `existing`: deploy to a cluster you have.",
    ),
  kubeconfigPath: z
    .string()
    .min(1)
    .optional()
    .describe("Existing cluster: kubeconfig file on this machine. Or set the secret `kubeconfig`."),
  context: z.string().min(1).optional().describe("Existing cluster: context in the kubeconfig."),
  access: clusterAccess,
  people,
});

const network = z.strictObject({
  domain: dnsName.default("bramble.home.arpa").describe("DNS zone of the apps' names."),
  dhcpRange: addressRange
    .optional()
    .describe("Range your router hands out; nothing of the cluster may lie in it."),
  pools: z
    .array(
      z.strictObject({
        name: dnsLabel.describe("Name of the IPAddressPool."),
        addresses: z.array(addressRange).min(1).describe("Ranges MetalLB may announce."),
      }),
    )
    .default([])
    .describe("MetalLB's address pools."),
  ingressAddress: address.optional().describe("Traefik's address; must lie in a pool."),
});

const storage = z.strictObject({
  nfs: z
    .strictObject({
      server: z.string().min(1).optional().describe("Name or address of the NFS server."),
      host: dnsLabel
        .optional()
        .describe("Instead of `server`: a host of this cluster that exports its SSD."),
      path: absolutePath.describe("Exported directory."),
    })
    .optional()
    .describe("NFS for shared volumes (class `nfs-client`, ReadWriteMany)."),
});

const charts = z.strictObject({
  mirror: chartSource
    .optional()
    .describe(
      "Every chart from here: an OCI path or repository URL, such as oci://registry.lan/charts, or a directory of archives (`<chart>-<version>.tgz`) on this machine.",
    ),
});

/**
 * The whole configuration, less its secrets (see `config/secrets.ts`). Keys are those of
 * `Pulumi.<stack>.yaml` without the `bramble:` prefix.
 */
export const configSchema = z.strictObject({
  cluster: cluster.prefault({}).describe("The Kubernetes cluster."),
  hosts: z.array(host).default([]).describe("The hosts, servers in the order they are changed."),
  ssh: ssh.prefault({}).describe("How hosts are reached."),
  k3s: k3s.prefault({}).describe("Bramble's own k3s."),
  network: network.prefault({}).describe("Addresses and names."),
  storage: storage.prefault({}).describe("Shared storage."),
  platform: platform.prefault({}).describe("The platform's releases."),
  media: media.prefault({}).describe("The media stack."),
  ops: ops.prefault({}).describe("What watches the services and keeps their configurations."),
  charts: charts.prefault({}).describe("Where charts come from."),
  policy: policy.prefault({}).describe("How far the policy's rules are enforced."),
  delivery: delivery.prefault({}).describe("Who brings the workloads to the cluster."),
  secrets: secrets.prefault({}).describe("What is noted of secrets; never a value."),
});

/** The validated configuration with every default filled in. */
export type Config = z.output<typeof configSchema>;
/** One host. */
export type HostConfig = Config["hosts"][number];
/** Settings of k3s. */
export type K3sConfig = Config["k3s"];
/** How hosts are reached. */
export type SshConfig = Config["ssh"];
/** Addresses and names. */
export type NetworkConfig = Config["network"];
/** Settings of the platform's releases. */
export type PlatformConfig = Config["platform"];
/** Settings of the media stack. */
export type MediaConfig = Config["media"];
/** How far the policy is enforced. */
export type PolicyConfig = Config["policy"];
/** Shared storage. */
export type StorageConfig = Config["storage"];
