/**
 * The k3s release Bramble installs unless `k3s.version` says otherwise.
 *
 * @see https://update.k3s.io/v1-release/channels
 */
export const k3sDefaults = {
  // renovate: datasource=github-releases depName=k3s-io/k3s
  version: "v1.36.4+k3s1",
} as const;

/**
 * kube-vip moves the API's virtual address between servers.
 *
 * @see https://kube-vip.io/docs/installation/daemonset/
 */
export const kubeVip = {
  repository: "ghcr.io/kube-vip/kube-vip",
  // renovate: datasource=docker depName=ghcr.io/kube-vip/kube-vip
  tag: "v1.2.3",
  architectures: ["amd64", "arm64"],
} as const;
