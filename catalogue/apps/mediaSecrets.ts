import type { MediaAppName } from "./names";

/** A value in the Secret `media-stack-secrets`. */
export interface MediaSecretRow {
  /** The app that uses it. */
  readonly app: MediaAppName;
  /**
   * Where it comes from when the stack's config does not bring it. `apiKey`: 32 random hexadecimal
   * digits, the form the apps generate themselves. `password`: 32 random letters and digits.
   * `never`: only a person can get it; the Secret lacks the key until then.
   */
  readonly generated: "apiKey" | "password" | "never";
  /** Key in the stack's encrypted config that overrides the generated value. */
  readonly configKey: string;
}

/** Every key of the Secret, in its order. */
export const mediaSecrets = {
  "prowlarr-api-key": { app: "prowlarr", generated: "apiKey", configKey: "prowlarrApiKey" },
  "radarr-api-key": { app: "radarr", generated: "apiKey", configKey: "radarrApiKey" },
  "sonarr-api-key": { app: "sonarr", generated: "apiKey", configKey: "sonarrApiKey" },
  "lidarr-api-key": { app: "lidarr", generated: "apiKey", configKey: "lidarrApiKey" },
  "sabnzbd-api-key": { app: "sabnzbd", generated: "apiKey", configKey: "sabnzbdApiKey" },
  "overseerr-api-key": { app: "overseerr", generated: "apiKey", configKey: "overseerrApiKey" },
  "plex-claim-token": { app: "plex", generated: "never", configKey: "plexClaimToken" },
  "qbittorrent-password": {
    app: "qbittorrent",
    generated: "password",
    configKey: "qbittorrentPassword",
  },
} as const satisfies Record<string, MediaSecretRow>;

/** A key of the Secret. */
export type MediaSecretKey = keyof typeof mediaSecrets;

/** The config keys that may bring a value for the Secret. */
export type MediaSecretConfigKey = (typeof mediaSecrets)[MediaSecretKey]["configKey"];

/** The keys of the Secret, in its order. */
export const mediaSecretKeys = Object.keys(mediaSecrets) as MediaSecretKey[];
