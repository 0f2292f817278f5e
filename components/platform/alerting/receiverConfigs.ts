/** Whom alerts are sent to; see `config/monitoringSchema.ts`. Secrets are files, by name only. */
export type Receiver = {
  readonly name: string;
  readonly severities: readonly RoutedSeverity[];
} & (
  | { readonly type: "webhook" | "ntfy"; readonly auth: boolean }
  | {
      readonly type: "email";
      readonly to: string;
      readonly from: string;
      readonly smarthost: string;
      readonly username?: string | undefined;
    }
  | { readonly type: "slack"; readonly channel?: string | undefined }
  | { readonly type: "discord" }
  | { readonly type: "telegram"; readonly chatId: number }
);

/** Name of the Secret with the receivers' URLs, tokens and passwords. */
export const receiverSecretName = "alertmanager-receivers";

/** Key in that Secret of one secret of a receiver. */
export function secretKey(receiver: string, what: string): string {
  return `${receiver}.${what}`;
}

/** Where Alertmanager finds a key of that Secret. */
export function secretPath(key: string): string {
  return `/etc/alertmanager/secrets/${receiverSecretName}/${key}`;
}

/** Where Alertmanager reads one secret of a receiver, each time it sends. */
function secretFile(receiver: string, what: string): string {
  return secretPath(secretKey(receiver, what));
}

/** The secrets that a receiver's notifiers read; `config/receivers.ts` asks people for the same. */
export function receiverSecrets(row: Receiver): ("url" | "token" | "password")[] {
  switch (row.type) {
    case "webhook":
    case "ntfy":
      return row.auth ? ["url", "token"] : ["url"];
    case "email":
      return row.username === undefined ? [] : ["password"];
    case "telegram":
      return ["token"];
    default:
      return ["url"];
  }
}

/** Notifiers by their key in an Alertmanager receiver. */
export type ReceiverNotifiers = Readonly<Record<string, readonly Record<string, unknown>[]>>;

/** A severity that is sent to people. */
export type RoutedSeverity = "critical" | "warning" | "info";

/** How loud a phone is. @see https://docs.ntfy.sh/publish/#message-priority */
const priorities = { critical: "urgent", warning: "default", info: "low" } as const;

const title = '{{ template "bramble.title" . }}';
const message = '{{ template "bramble.message" . }}';

function bearer(name: string, auth: boolean) {
  return auth ? { authorization: { credentials_file: secretFile(name, "token") } } : {};
}

/**
 * A topic of ntfy. Alertmanager writes title and message; ntfy's templating, told by headers, takes
 * them out of the JSON that a webhook always is.
 *
 * @see https://docs.ntfy.sh/publish/#message-templating
 */
function ntfy(name: string, auth: boolean, severity: RoutedSeverity) {
  return {
    url_file: secretFile(name, "url"),
    http_config: {
      ...bearer(name, auth),
      http_headers: {
        "X-Priority": { values: [priorities[severity]] },
        "X-Template": { values: ["yes"] },
        "X-Title": { values: ["{{.title}}"] },
        "X-Message": { values: ["{{.message}}"] },
      },
    },
    payload: '{{ template "bramble.json" . }}',
  };
}

/** The notifiers of a receiver for alerts of a severity, as Alertmanager's configuration has them. */
export function renderReceiver(row: Receiver, severity: RoutedSeverity): ReceiverNotifiers {
  const { name } = row;
  switch (row.type) {
    case "webhook":
      return {
        webhook_configs: [
          {
            url_file: secretFile(name, "url"),
            ...(row.auth && { http_config: bearer(name, true) }),
          },
        ],
      };
    case "ntfy":
      return { webhook_configs: [ntfy(name, row.auth, severity)] };
    case "email":
      return {
        email_configs: [
          {
            to: row.to,
            from: row.from,
            smarthost: row.smarthost,
            require_tls: true,
            send_resolved: true,
            headers: { Subject: title },
            html: "",
            text: message,
            ...(row.username !== undefined && {
              auth_username: row.username,
              auth_password_file: secretFile(name, "password"),
            }),
          },
        ],
      };
    case "slack":
      return {
        slack_configs: [
          {
            api_url_file: secretFile(name, "url"),
            send_resolved: true,
            title,
            text: message,
            ...(row.channel !== undefined && { channel: row.channel }),
          },
        ],
      };
    case "discord":
      return { discord_configs: [{ webhook_url_file: secretFile(name, "url"), title, message }] };
    case "telegram":
      return {
        telegram_configs: [
          {
            bot_token_file: secretFile(name, "token"),
            chat_id: row.chatId,
            // Plain text: a name with a `<` in it would make Telegram refuse HTML.
            parse_mode: "",
            message: `${title}\n\n${message}`,
          },
        ],
      };
  }
}
