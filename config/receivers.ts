import { z } from "zod";
import { closedSecret } from "./closedSecret";

/** How urgent an alert is. `info` is for looking back, not for waking anyone. */
export const severities = ["critical", "warning", "info"] as const;
/** How urgent an alert is. */
export type Severity = (typeof severities)[number];

/** What a kind of receiver needs. */
export interface ReceiverKind {
  /** Keys of its row that have to be set. */
  readonly needs: readonly ReceiverField[];
  /** Keys of its row that may be set. */
  readonly takes: readonly ReceiverField[];
  /** Keys of its entry in the secret `alertReceivers`. */
  readonly secrets: readonly ReceiverSecret[];
}

/** Keys of a row that are of one kind only. */
export const receiverFields = [
  "to",
  "from",
  "smarthost",
  "username",
  "chatId",
  "channel",
  "auth",
] as const;
/** A key of a row that is of one kind only. */
export type ReceiverField = (typeof receiverFields)[number];
/** A key of an entry in the secret `alertReceivers`. */
export type ReceiverSecret = "url" | "token" | "password";

/** Everything an alert can be sent by. */
export const receiverKinds = {
  webhook: { needs: [], takes: ["auth"], secrets: ["url"] },
  ntfy: { needs: [], takes: ["auth"], secrets: ["url"] },
  email: { needs: ["to", "from", "smarthost"], takes: ["username"], secrets: [] },
  slack: { needs: [], takes: ["channel"], secrets: ["url"] },
  discord: { needs: [], takes: [], secrets: ["url"] },
  telegram: { needs: ["chatId"], takes: [], secrets: ["token"] },
} as const satisfies Record<string, ReceiverKind>;

/** A kind of receiver. */
export type ReceiverType = keyof typeof receiverKinds;

/** The kinds, in the table's order. */
export const receiverTypes = Object.keys(receiverKinds) as ReceiverType[];

/** The kind of a receiver, with the types of the table widened. */
export function receiverKind(type: ReceiverType): ReceiverKind {
  return receiverKinds[type];
}

/** What decides which secrets a receiver has. */
export interface SecretiveReceiver {
  readonly name: string;
  readonly type: ReceiverType;
  readonly auth?: boolean | undefined;
  readonly username?: string | undefined;
}

/** The keys that a receiver's entry in the secret `alertReceivers` must have. */
export function receiverSecretKeys(receiver: SecretiveReceiver): ReceiverSecret[] {
  const { auth = false, username } = receiver;
  return [
    ...receiverKind(receiver.type).secrets,
    ...(auth ? (["token"] as const) : []),
    ...(username === undefined ? [] : (["password"] as const)),
  ];
}

const entries = z.record(z.string(), z.record(z.string(), z.string().min(1)));

/** URLs, tokens and passwords by receiver. */
export type ReceiverSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

function parsed(text: string): ReceiverSecrets | undefined {
  try {
    return entries.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Reads the secret `alertReceivers`; a text of another form reads as none. */
export function readReceiverSecrets(text: string): ReceiverSecrets {
  return parsed(text) ?? {};
}

/**
 * What is wrong with the secret `alertReceivers`, without a word of its content.
 *
 * @param wanted the configured receivers.
 */
export function receiverSecretMistakes(
  text: string,
  wanted: readonly SecretiveReceiver[],
): string[] {
  if (text === closedSecret) return [];
  const given = parsed(text);
  if (given === undefined) {
    return ['is not JSON of the form {"<receiver>": {"url": "…", "token": "…", "password": "…"}}'];
  }
  return wanted.flatMap((receiver) => {
    const keys = receiverSecretKeys(receiver);
    const entry = given[receiver.name] ?? {};
    const missing = keys.filter((key) => entry[key] === undefined);
    const strange = Object.keys(entry).filter((key) => !keys.some((known) => known === key));
    const wrongUrl = entry["url"] !== undefined && !/^https?:\/\/[^\s]+$/.test(entry["url"]);
    return [
      ...missing.map((key) => `lacks "${key}" of the receiver ${receiver.name}`),
      ...strange.map(
        (key) =>
          `has "${key}" for the receiver ${receiver.name}, which a ${receiver.type} does not take`,
      ),
      ...(wrongUrl ? [`has a "url" of the receiver ${receiver.name} that is no http(s) URL`] : []),
    ];
  });
}
