/** A container image, pinned. */
export interface Image {
  /** Registry and name, such as `lscr.io/linuxserver/radarr`. */
  readonly repository: string;
  /** A tag that its publisher never moves; never `latest`. Also the app's version label. */
  readonly tag: string;
  /**
   * Digest of the multi-architecture index, `sha256:…`. Optional: a row has one once it was read
   * from the registry itself, and a digest copied from anywhere else would pin a stranger's claim.
   */
  readonly digest?: string;
  /** Processors it is built for; `npm run charts -- <stack> verify` asks the registry. */
  readonly architectures: readonly Architecture[];
}

/** Processors of hosts. */
type Architecture = "amd64" | "arm64";

const everywhere = ["amd64", "arm64"] as const;

/**
 * Every image that no chart brings. linuxserver.io's `<version>-ls<build>` tags are built once and stay;
 * their shorter tags (`6.4.4`, `latest`) move with each rebuild.
 *
 * @see https://docs.linuxserver.io/general/understanding-image-tags
 */
export const images = {
  prowlarr: {
    // renovate: datasource=docker depName=lscr.io/linuxserver/prowlarr
    repository: "lscr.io/linuxserver/prowlarr",
    tag: "2.6.5.5623-ls161",
    architectures: everywhere,
  },
  qbittorrent: {
    // renovate: datasource=docker depName=lscr.io/linuxserver/qbittorrent
    repository: "lscr.io/linuxserver/qbittorrent",
    tag: "5.2.4_v2.0.15-ls479",
    architectures: everywhere,
  },
  sabnzbd: {
    // renovate: datasource=docker depName=lscr.io/linuxserver/sabnzbd
    repository: "lscr.io/linuxserver/sabnzbd",
    tag: "5.1.3-ls274",
    architectures: everywhere,
  },
  radarr: {
    // renovate: datasource=docker depName=lscr.io/linuxserver/radarr
    repository: "lscr.io/linuxserver/radarr",
    tag: "6.4.4.10685-ls318",
    architectures: everywhere,
  },
  sonarr: {
    // renovate: datasource=docker depName=lscr.io/linuxserver/sonarr
    repository: "lscr.io/linuxserver/sonarr",
    tag: "4.0.20.3014-ls325",
    architectures: everywhere,
  },
  lidarr: {
    // renovate: datasource=docker depName=lscr.io/linuxserver/lidarr
    repository: "lscr.io/linuxserver/lidarr",
    tag: "3.1.0.4875-ls41",
    architectures: everywhere,
  },
  overseerr: {
    // Archived upstream: no newer release will come. `seerr` is its successor.
    // renovate: datasource=docker depName=lscr.io/linuxserver/overseerr
    repository: "lscr.io/linuxserver/overseerr",
    tag: "v1.35.0-ls159",
    architectures: everywhere,
  },
  seerr: {
    // renovate: datasource=docker depName=ghcr.io/seerr-team/seerr
    repository: "ghcr.io/seerr-team/seerr",
    tag: "v3.5.0",
    architectures: everywhere,
  },
  plex: {
    // renovate: datasource=docker depName=lscr.io/linuxserver/plex
    repository: "lscr.io/linuxserver/plex",
    tag: "1.43.4.10903-e5521bd8c-ls324",
    architectures: everywhere,
  },
  // Does nothing. k3s runs it under every pod, so it is on every node already.
  pause: {
    // renovate: datasource=docker depName=docker.io/rancher/mirrored-pause
    repository: "docker.io/rancher/mirrored-pause",
    tag: "3.6",
    architectures: everywhere,
  },
  // Applying definitions: Bramble's Job for a chart's `crds/` takes helm and kubectl,
  // kube-prometheus-stack's hook busybox and kubectl.
  helm: {
    // renovate: datasource=docker depName=docker.io/alpine/helm
    repository: "docker.io/alpine/helm",
    tag: "3.19.0",
    architectures: everywhere,
  },
  busybox: {
    // renovate: datasource=docker depName=docker.io/busybox
    repository: "docker.io/busybox",
    tag: "1.37.0",
    architectures: everywhere,
  },
  kubectl: {
    // renovate: datasource=docker depName=registry.k8s.io/kubectl
    repository: "registry.k8s.io/kubectl",
    tag: "v1.36.4",
    architectures: everywhere,
  },
  // Traces: OpenTelemetry's protocol in, its own store, query and web interface.
  jaeger: {
    // renovate: datasource=docker depName=docker.io/jaegertracing/jaeger
    repository: "docker.io/jaegertracing/jaeger",
    tag: "2.20.0",
    architectures: everywhere,
  },
  blackboxExporter: {
    // renovate: datasource=docker depName=quay.io/prometheus/blackbox-exporter
    repository: "quay.io/prometheus/blackbox-exporter",
    tag: "v0.28.0",
    architectures: everywhere,
  },
  gatus: {
    // renovate: datasource=docker depName=ghcr.io/twin/gatus
    repository: "ghcr.io/twin/gatus",
    tag: "v5.36.0",
    architectures: everywhere,
  },
  restic: {
    // renovate: datasource=docker depName=docker.io/restic/restic
    repository: "docker.io/restic/restic",
    tag: "0.19.1",
    architectures: everywhere,
  },
  // Copies SQLite databases by SQLite's own means; its standard library brings it.
  python: {
    // renovate: datasource=docker depName=docker.io/library/python
    repository: "docker.io/library/python",
    tag: "3.14.0-alpine3.22",
    architectures: everywhere,
  },
  // Runs the scripts that wire the media apps: from 22.18 on it strips types by itself.
  node: {
    // renovate: datasource=docker depName=docker.io/library/node
    repository: "docker.io/library/node",
    tag: "24.16.0-alpine3.23",
    architectures: everywhere,
  },
  exportarr: {
    // renovate: datasource=docker depName=ghcr.io/onedr0p/exportarr
    repository: "ghcr.io/onedr0p/exportarr",
    tag: "v2.3.0",
    architectures: everywhere,
  },
  qbittorrentExporter: {
    // renovate: datasource=docker depName=ghcr.io/martabal/qbittorrent-exporter
    repository: "ghcr.io/martabal/qbittorrent-exporter",
    tag: "v2.0.1",
    architectures: everywhere,
  },
} as const satisfies Record<string, Image>;

/** The reference a container runtime pulls: by digest when the row has one. */
export function imageReference(image: Image): string {
  const tagged = `${image.repository}:${image.tag}`;
  return image.digest === undefined ? tagged : `${tagged}@${image.digest}`;
}
