import { images, type Image } from "../images";
import type { MediaSecretKey } from "./mediaSecrets";
import type { MediaAppName } from "./names";

/** What turns an app's figures into Prometheus metrics. */
export interface ExporterRow {
  /** The app, and the name of the exporter's container and port. */
  readonly app: MediaAppName;
  readonly image: Image;
  readonly args: readonly string[];
  /** Port of `/metrics`; all exporters share a pod. */
  readonly port: number;
  /** Path that answers without asking the app. Unset: whether the port answers must do. */
  readonly healthPath?: string;
  /** Variable with the app's address. */
  readonly addressVariable: string;
  /** Variable with the app's key or password. */
  readonly secretVariable: string;
  readonly secretKey: MediaSecretKey;
  readonly environment: Readonly<Record<string, string>>;
}

function exportarr(
  app: "prowlarr" | "radarr" | "sonarr" | "lidarr" | "sabnzbd",
  port: number,
): ExporterRow {
  return {
    app,
    image: images.exportarr,
    args: [app],
    port,
    healthPath: "/healthz",
    addressVariable: "URL",
    secretVariable: "APIKEY",
    secretKey: `${app}-api-key`,
    environment: { PORT: String(port), LOG_LEVEL: "warn" },
  };
}

/**
 * The exporters. Plex and Overseerr have none that is kept: probes tell whether they answer.
 *
 * @see https://github.com/onedr0p/exportarr
 * @see https://github.com/martabal/qbittorrent-exporter
 */
export const mediaExporters: readonly ExporterRow[] = [
  exportarr("prowlarr", 9707),
  exportarr("radarr", 9708),
  exportarr("sonarr", 9709),
  exportarr("lidarr", 9710),
  exportarr("sabnzbd", 9711),
  {
    app: "qbittorrent",
    image: images.qbittorrentExporter,
    args: [],
    port: 9712,
    addressVariable: "QBITTORRENT_BASE_URL",
    secretVariable: "QBITTORRENT_PASSWORD",
    secretKey: "qbittorrent-password",
    environment: {
      EXPORTER_PORT: "9712",
      QBITTORRENT_USERNAME: "admin",
      // qBittorrent names it after its port since 5.2.
      QBITTORRENT_COOKIE_NAME: "QBT_SID_8080",
      ENABLE_TRACKER: "false",
      LOG_LEVEL: "WARN",
    },
  },
];
