import { z } from "zod";
import { k3sDefaults } from "../catalogue/k3s";
import { address, cidr, k3sVersion, sha256, url } from "./fields";
import { audit, podSecurity } from "./hardeningSchema";
import { registries } from "./registriesSchema";
import { rotation } from "./rotationSchema";
import { snapshots } from "./snapshotsSchema";

/** Bramble's own k3s: `bramble:k3s`. */
export const k3s = z.strictObject({
  version: k3sVersion.default(k3sDefaults.version).describe("k3s release to run."),
  checksums: z
    .strictObject({
      amd64: sha256.optional().describe("SHA-256 of `k3s`."),
      arm64: sha256.optional().describe("SHA-256 of `k3s-arm64`."),
    })
    .default({})
    .describe(
      "Pinned digests of the k3s binaries. Without one the digest comes from the release's own sha256sum file.",
    ),
  downloadUrl: url
    .default("https://github.com/k3s-io/k3s/releases/download")
    .describe("Where hosts download k3s from; `<url>/<version>/<file>`. Set it to a mirror."),
  airGapDirectory: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Directory on this machine with `k3s`, `k3s-arm64`, `sha256sum-<arch>.txt` and, if wanted, `k3s-airgap-images-<arch>.tar.zst` (or `.tar.gz`, `.tar`); copied to the hosts instead of a download.",
    ),
  airGapImages: z
    .boolean()
    .default(false)
    .describe(
      "Bring the release's images from `downloadUrl` too, verified, so that hosts need no registry. With `airGapDirectory`, require them there.",
    ),
  registries: registries.prefault({}).describe("Where nodes pull images from."),
  virtualIp: address
    .optional()
    .describe("Address of the API that kube-vip moves between servers. Outside pools and DHCP."),
  virtualIpInterface: z
    .string()
    .min(1)
    .optional()
    .describe("Interface kube-vip announces on. Default: that of the host's default route."),
  tlsSans: z.array(z.string().min(1)).default([]).describe("More names or addresses of the API."),
  clusterCidr: cidr.default("10.42.0.0/16").describe("Range of pod addresses."),
  serviceCidr: cidr.default("10.43.0.0/16").describe("Range of Service addresses."),
  embeddedRegistry: z
    .boolean()
    .default(false)
    .describe(
      "Share pulled images between nodes (Spegel), of the registries under `registries.mirrors`; TCP 5001 between nodes.",
    ),
  protectKernelDefaults: z
    .boolean()
    .default(true)
    .describe("Kubelet refuses to start when kernel settings differ from what it wants."),
  drainTimeout: z
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(180)
    .describe(
      "Seconds that pods are given to leave a node before its k3s is changed, their PodDisruptionBudgets respected. `0`: they stay, and k3s restarts under them.",
    ),
  kubeletArgs: z.array(z.string()).default([]).describe("Arguments for kubelet, `name=value`."),
  audit: audit
    .prefault({})
    .describe("The API's audit log, in `/var/lib/rancher/k3s/server/logs` on each server."),
  podSecurity: podSecurity
    .prefault({})
    .describe("Pod Security level of namespaces that carry no label of their own."),
  rotation: rotation
    .prefault({})
    .describe("Generations of k3s's credentials; `npm run secrets -- <stack> rotate` raises them."),
  snapshots: snapshots
    .prefault({})
    .describe("etcd snapshots, in `/var/lib/rancher/k3s/server/db/snapshots` on each server."),
});
