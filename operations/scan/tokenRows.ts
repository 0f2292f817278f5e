import { wholeSecrets } from "../../catalogue/secretForms";
import { matches, type ScanRow } from "./row";

const toConfig = "put it into the stack's encrypted config";
const anew = "make a new one, for this one has to count as known";

/** A word in place of a value: `<token>`, `${TOKEN}`, `$(…)`, `{{ … }}`, `…`. */
export function isPlaceholder(text: string): boolean {
  return /^$|^["']?([<{*[]|\$|\.\.\.|…|%|xxx|changeme|example|placeholder|REDACTED|\[secret\])/i.test(
    text.trim(),
  );
}

/** What a JSON web token says of itself. */
function issuer(token: string): string {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"),
    );
    const { iss } = claims as { iss?: unknown };
    return typeof iss === "string" ? iss : "";
  } catch {
    return "";
  }
}

/** Keys and tokens that can be told by their look alone, in any file. */
export const tokenRows: readonly ScanRow[] = [
  {
    id: "k3s-token",
    what: "a token that joins hosts to a k3s cluster",
    mend: "turn it over with `k3s.rotation` and take it out of the file",
    find: matches(wholeSecrets("k3s-token")),
  },
  {
    id: "kubeconfig-key",
    what: "the private key of a kubeconfig",
    mend: "`npm run kubeconfig` writes one outside of the project; make the key anew",
    find: matches(/client-key-data["']?\s*:\s*["']?[A-Za-z0-9+/]{64,}={0,2}/g),
  },
  {
    id: "age-key",
    what: "a private key of age",
    mend: `import what it opens (\`npm run secrets -- <stack> import\`), and ${anew}`,
    find: matches(wholeSecrets("age-key")),
  },
  {
    id: "private-key",
    what: "a private key of SSH, TLS or PGP",
    mend: `${toConfig} (\`pulumi config set --secret <key> < <file>\`), and ${anew}`,
    find: matches(wholeSecrets("private-key")),
  },
  {
    id: "encoded-private-key",
    what: "a private key in base64, as Secrets and kubeconfigs hold it",
    mend: `${toConfig}, and ${anew}`,
    find: matches(wholeSecrets("encoded-private-key")),
  },
  {
    id: "arr-api-key",
    what: "the API key of Prowlarr, Radarr, Sonarr or Lidarr",
    mend: "`npm run secrets -- <stack> import-media` brings it into the encrypted config",
    find: matches(/<ApiKey>\s*[0-9a-fA-F]{32}\s*<\/ApiKey>/g),
  },
  {
    id: "sabnzbd-api-key",
    what: "the API key of SABnzbd",
    mend: "`npm run secrets -- <stack> import-media` brings it into the encrypted config",
    find: matches(/^\s*(?:api_key|nzb_key)\s*=\s*"?[0-9a-f]{32}"?\s*$/gm),
  },
  {
    id: "qbittorrent-password",
    what: "the hash of qBittorrent's password",
    mend: "leave the app's own configuration out of Git: the program writes it",
    find: matches(/Password_PBKDF2\s*=\s*"?@ByteArray\([A-Za-z0-9+/=]{16,}:[A-Za-z0-9+/=]{40,}\)/g),
  },
  {
    id: "plex-token",
    what: "a token or claim of Plex",
    mend: "take it out of the file; sign the device out in Plex to end a token",
    find: matches(
      /\bclaim-[A-Za-z0-9_-]{20}\b|(?:X-Plex-Token["']?\s*[=:]|PlexOnlineToken=)\s*["']?[A-Za-z0-9_-]{20}\b/g,
    ),
  },
  {
    id: "grafana-token",
    what: "a token of Grafana",
    mend: `delete it in Grafana under Administration, Service accounts, and ${anew}`,
    find: matches(wholeSecrets("grafana-token")),
  },
  {
    id: "cluster-token",
    what: "a token of Argo CD or of a ServiceAccount",
    mend: `end it (\`argocd account delete-token\`, or delete the Secret), and ${anew}`,
    find: matches(
      wholeSecrets("web-token"),
      (token) => !/^(argocd|kubernetes\/serviceaccount|https:\/\/kubernetes\.)/.test(issuer(token)),
    ),
  },
  {
    id: "pulumi-token",
    what: "an access token of Pulumi Cloud",
    mend: `delete it at https://app.pulumi.com, and ${anew}`,
    find: matches(wholeSecrets("pulumi-token")),
  },
  {
    id: "pulumi-passphrase",
    what: "the passphrase of a stack",
    mend: "name a file outside of the project in PULUMI_CONFIG_PASSPHRASE_FILE, and rekey the stack",
    find: (text, path) =>
      matches(
        /\bPULUMI_CONFIG_PASSPHRASE\s*[=:]\s*(?<secret>[^\s,;)]+)/g,
        // Code hands on what it was given: there, only a quoted text is a value.
        (value) => isNoPassphrase(value) || (isCode.test(path) && !/^["'`]/.test(value)),
      )(text),
  },
  {
    id: "notification-url",
    what: "a URL that lets anybody write to your chat, or speak for your heartbeat",
    mend: `${toConfig} (\`alertReceivers\`, \`heartbeatUrl\`), and ${anew}`,
    find: matches(wholeSecrets("chat-hook", "heartbeat-url")),
  },
  {
    id: "telegram-token",
    what: "the token of a Telegram bot",
    mend: `${toConfig} (\`alertReceivers\`); @BotFather makes a new one`,
    find: matches(wholeSecrets("telegram-token")),
  },
];

const isCode = /\.([cm]?[jt]s|go|py)$/;

/** Code reads the variable, or says that it is empty. */
function isNoPassphrase(text: string): boolean {
  const value = text.replace(/^["'`]+|["'`]+$/g, "");
  return (
    value.length < 4 ||
    isPlaceholder(value) ||
    /^(undefined|process\.|readFileSync|string)/.test(value)
  );
}
