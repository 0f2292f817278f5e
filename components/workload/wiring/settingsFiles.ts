import { pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { fieldsOf, readJson } from "./http.ts";
import { iniValue, setIniValues } from "./ini.ts";
import { qbittorrentUser } from "./spec.ts";

/** What an app's settings file is given. */
export interface SettingsInput {
  /** The file's text; undefined where there is none yet. */
  readonly text: string | undefined;
  /** Key or password. */
  readonly secret: string;
  /** Names under which SABnzbd is reached. */
  readonly hosts: readonly string[];
  /** Where the media volume is mounted. */
  readonly mediaPath: string;
  readonly complete: string;
  readonly incomplete: string;
}

const iterations = 100_000;
const saltBytes = 16;
const hashBytes = 64;

function hashOf(password: string, salt: Buffer): Buffer {
  return pbkdf2Sync(password, salt, iterations, hashBytes, "sha512");
}

/**
 * A password as qBittorrent stores it: `@ByteArray(<salt>:<hash>)` in quotes, both base64.
 *
 * @see https://github.com/qbittorrent/qBittorrent/blob/master/src/base/utils/password.cpp
 */
export function qbittorrentHash(password: string, salt: Buffer = randomBytes(saltBytes)): string {
  const hash = hashOf(password, salt).toString("base64");
  return `"@ByteArray(${salt.toString("base64")}:${hash})"`;
}

/** Whether a stored hash is that of a password. */
export function isQbittorrentHash(stored: string, password: string): boolean {
  const [, salt = "", hash = ""] = /^"?@ByteArray\(([^:]+):([^)]+)\)"?$/.exec(stored) ?? [];
  const found = Buffer.from(hash, "base64");
  return (
    found.length === hashBytes &&
    timingSafeEqual(found, hashOf(password, Buffer.from(salt, "base64")))
  );
}

/** What a first start has: nobody is there to accept the notice. */
const freshQbittorrent = (complete: string): string =>
  [
    ...["[BitTorrent]", `Session\\DefaultSavePath=${complete}`, ""],
    ...["[LegalNotice]", "Accepted=true", ""],
    ...[
      "[Preferences]",
      "Connection\\UPnP=false",
      "WebUI\\Address=*",
      "WebUI\\ServerDomains=*",
      "",
    ],
  ].join("\n");

/** qBittorrent.conf with the password's hash. One that fits is kept, salt and all. */
export function qbittorrentSettings({ text, secret, complete }: SettingsInput): string {
  const before = text ?? freshQbittorrent(complete);
  const hashKey = "WebUI\\Password_PBKDF2";
  const userKey = "WebUI\\Username";
  const stored = iniValue(before, "Preferences", hashKey) ?? "";
  const user = iniValue(before, "Preferences", userKey) ?? qbittorrentUser;
  if (user === qbittorrentUser && isQbittorrentHash(stored, secret)) return before;
  return setIniValues(
    before,
    "Preferences",
    { [userKey]: qbittorrentUser, [hashKey]: qbittorrentHash(secret) },
    "=",
  );
}

/** The entries of a list as SABnzbd writes it. */
function entriesOf(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim().replace(/^"(.*)"$/, "$1"))
    .filter((entry) => entry !== "");
}

/**
 * sabnzbd.ini with key, host names, and folders on the shared mount. Folders that a person chose on
 * that mount stay, and so do host names.
 */
export function sabnzbdSettings(input: SettingsInput): string {
  const { text = "", secret, hosts, mediaPath } = input;
  const value = (key: string): string => iniValue(text, "misc", key) ?? "";
  const onMount = (key: string, folder: string): Record<string, string> =>
    value(key).startsWith(`${mediaPath}/`) ? {} : { [key]: folder };
  const listed = entriesOf(value("host_whitelist"));
  const missing = hosts.filter((host) => !listed.includes(host));
  const wanted = {
    ...(value("api_key") === secret ? {} : { api_key: secret }),
    // A list of one is a list by its comma alone.
    ...(missing.length === 0 ? {} : { host_whitelist: `${[...listed, ...missing].join(", ")},` }),
    ...onMount("download_dir", input.incomplete),
    ...onMount("complete_dir", input.complete),
  };
  return Object.keys(wanted).length === 0 ? text : setIniValues(text, "misc", wanted);
}

/**
 * Overseerr's settings.json with its key. Everything else is Overseerr's.
 *
 * @throws Error when the file is no JSON: to write it anew would lose everything in it.
 */
export function overseerrSettings({ text = "{}", secret }: SettingsInput): string {
  const settings = readJson(text);
  if (typeof settings !== "object" || settings === null) {
    throw new Error("settings.json is no JSON: mend it, or move it away to begin anew");
  }
  const main = fieldsOf(fieldsOf(settings)["main"]);
  if (main["apiKey"] === secret) return text;
  return `${JSON.stringify({ ...settings, main: { ...main, apiKey: secret } }, null, 1)}\n`;
}
