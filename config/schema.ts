import { z } from "zod";
import { mediaAppNames } from "../catalogue/apps/names";
import {
  absolutePath,
  address,
  addressRange,
  dnsLabel,
  dnsName,
  email,
  quantity,
  url,
} from "./fields";
import { host } from "./hostSchema";
import { k3s } from "./k3sSchema";
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

const sizedService = z.strictObject({
  enabled: z.boolean().default(true).describe("Install this release."),
  storage: quantity.optional().describe("Size of its volume."),
  retention: z.string().optional().describe("How long it keeps data, such as `10d`."),
});

const platform = z.strictObject({
  traefik: z
    .strictObject({ enabled: z.boolean().default(true).describe("Install Traefik.") })
    .prefault({})
    .describe("Ingress controller."),
  metallb: z
    .strictObject({ enabled: z.boolean().default(true).describe("Install MetalLB.") })
    .prefault({})
    .describe("Addresses for LoadBalancer Services."),
  certManager: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Install cert-manager."),
      email: email.optional().describe("Let's Encrypt account; unset: a private CA only."),
    })
    .prefault({})
    .describe("TLS certificates."),
  monitoring: sizedService.prefault({}).describe("kube-prometheus-stack. Defaults: 20Gi kept 10d."),
  logging: sizedService.prefault({}).describe("Loki and Alloy. Defaults: 10Gi kept 168h."),
  argocd: z
    .strictObject({ enabled: z.boolean().default(true).describe("Install Argo CD.") })
    .prefault({})
    .describe("GitOps for the workloads."),
});

const mediaApp = z.strictObject({
  enabled: z.boolean().default(true).describe("Deploy this app."),
  address: address.optional().describe("Its LoadBalancer address; must lie in a pool."),
  secretGeneration: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe("Raise it by one to replace its generated key or password; only this app restarts."),
});

/** Every media app, each with its own defaults, so that a stack file names just what differs. */
const mediaApps = z.strictObject(
  Object.fromEntries(
    mediaAppNames.map((name) => [name, mediaApp.prefault({}).describe(`The ${name} row.`)]),
  ) as Record<(typeof mediaAppNames)[number], z.ZodPrefault<typeof mediaApp>>,
);

const media = z.strictObject({
  enabled: z.boolean().default(true).describe("Deploy the media stack."),
  namespace: dnsLabel.default("media").describe("Its namespace."),
  podSecurity: z
    .enum(["privileged", "baseline", "restricted"])
    .default("privileged")
    .describe("Pod Security level of the namespace (enforce, audit and warn)."),
  timeZone: z.string().min(1).default("America/Los_Angeles").describe("TZ of the apps."),
  puid: z.number().int().min(0).default(1000).describe("User id the apps run as."),
  pgid: z.number().int().min(0).default(1000).describe("Group id the apps run as."),
  requestManager: z
    .enum(["overseerr", "seerr"])
    .default("overseerr")
    .describe("What serves requests: Overseerr as asked, or its successor Seerr."),
  storage: z
    .strictObject({
      mediaClass: z.string().default("nfs-client").describe("Class of claim `media-storage`."),
      mediaSize: quantity.default("10Ti").describe("Size of claim `media-storage`."),
      configClass: z.string().default("nfs-client").describe("Class of claim `media-configs`."),
      configSize: quantity.default("50Gi").describe("Size of claim `media-configs`."),
    })
    .prefault({})
    .describe("The two claims of the stack."),
  awaitReady: z
    .boolean()
    .default(true)
    .describe(
      "Wait for each app to answer before the next wave. `false`: for clusters whose pods cannot run.",
    ),
  apps: mediaApps.prefault({}).describe("The eight apps."),
});

const charts = z.strictObject({
  mirror: url
    .optional()
    .describe("OCI registry path that mirrors every chart, such as oci://registry.lan/charts."),
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
  charts: charts.prefault({}).describe("Where charts come from."),
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
/** Shared storage. */
export type StorageConfig = Config["storage"];
