import type { ReceiverSecret, ReceiverType } from "../../../config/receivers";

/** Names of one value of the secret `alertReceivers`, by the type of the receiver it belongs to. */
export interface ReceiverSpellings {
  readonly type: ReceiverType;
  readonly key: ReceiverSecret;
  readonly names: readonly string[];
}

/** See {@link ReceiverSpellings}. */
export const receiverSpellings: readonly ReceiverSpellings[] = [
  {
    ...{ type: "slack", key: "url" },
    names: ["slack webhook", "slack webhook url", "slack url", "slack api url"],
  },
  {
    ...{ type: "discord", key: "url" },
    names: ["discord webhook", "discord webhook url", "discord url"],
  },
  {
    ...{ type: "telegram", key: "token" },
    names: ["telegram token", "telegram bot token", "telegram api token"],
  },
  { ...{ type: "ntfy", key: "url" }, names: ["ntfy url", "ntfy topic url"] },
  { ...{ type: "ntfy", key: "token" }, names: ["ntfy token", "ntfy access token"] },
  {
    ...{ type: "email", key: "password" },
    names: [
      ...["smtp password", "smtp auth password", "smtp pass", "mail password", "email password"],
      "alertmanager smtp password",
    ],
  },
  {
    ...{ type: "webhook", key: "url" },
    names: ["alert webhook url", "alerts webhook url", "alertmanager webhook url"],
  },
  {
    ...{ type: "webhook", key: "token" },
    names: ["alert webhook token", "alertmanager webhook token"],
  },
];

/** What may stand before the name of a receiver's type: `alertmanager_slack_webhook`. */
export const receiverPrefixes = ["alertmanager", "alert", "alerts", "monitoring"] as const;

/** Names of one value of the secret `registryCredentials`. */
export interface RegistrySpellings {
  /** Default: the only registry that the stack logs in to. */
  readonly registry?: string;
  readonly key: "username" | "password";
  readonly names: readonly string[];
}

/** See {@link RegistrySpellings}. */
export const registrySpellings: readonly RegistrySpellings[] = [
  { key: "username", names: ["registry username", "registry user", "docker registry username"] },
  {
    key: "password",
    names: ["registry password", "registry token", "registry pass", "docker registry password"],
  },
  {
    ...{ registry: "docker.io", key: "username" },
    names: ["docker username", "dockerhub username", "dockerhub user"],
  },
  {
    ...{ registry: "docker.io", key: "password" },
    names: [...["docker password", "dockerhub password", "dockerhub token"]],
  },
  { ...{ registry: "ghcr.io", key: "username" }, names: ["ghcr username", "ghcr user"] },
  {
    ...{ registry: "ghcr.io", key: "password" },
    names: ["ghcr password", "ghcr token", "ghcr pat"],
  },
];
