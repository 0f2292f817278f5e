import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  overseerrSettings,
  qbittorrentSettings,
  sabnzbdSettings,
  type SettingsInput,
} from "./settingsFiles.ts";
import type { WiringSpec } from "./spec.ts";

/** Apps that read their key from a settings file alone: the file, and what it is to hold. */
const files: Readonly<
  Record<string, { readonly file: string; readonly render: (input: SettingsInput) => string }>
> = {
  qbittorrent: { file: "qBittorrent/qBittorrent.conf", render: qbittorrentSettings },
  sabnzbd: { file: "sabnzbd.ini", render: sabnzbdSettings },
  overseerr: { file: "settings.json", render: overseerrSettings },
};

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Puts an app's key into its settings file before it starts. The file is replaced as a whole, so
 * that a power cut leaves the old one or the new one.
 *
 * @returns one line that says what was done.
 */
export function prepare(app: string, folder: string, spec: WiringSpec, secret: string): string {
  const row = files[app];
  const target = spec.apps[app];
  if (row === undefined || target === undefined) throw new Error(`${app} has no settings file`);
  if (secret === "") throw new Error("its key or password is empty: the Secret lacks it");
  const file = join(folder, row.file);
  const text = readIfThere(file);
  const downloads = spec.downloads.find(({ client }) => client === app);
  const rendered = row.render({
    ...{ text, secret, mediaPath: spec.mediaPath },
    hosts: [new URL(target.url).hostname, ...target.aliases],
    complete: downloads?.complete ?? spec.mediaPath,
    incomplete: downloads?.incomplete ?? spec.mediaPath,
  });
  if (rendered === text) return `${app}: ${row.file} is as declared`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.bramble`, rendered, { mode: 0o600 });
  renameSync(`${file}.bramble`, file);
  return `${app}: ${text === undefined ? "made" : "updated"} ${row.file}`;
}

/** `prepare.ts <app> <folder> <variable>`, called by the app's init container. */
if (process.argv[1]?.endsWith("prepare.ts") === true) {
  const [, script, app = "", folder = "/config", variable = ""] = process.argv;
  try {
    const spec = readFileSync(join(dirname(script), "wiring.json"), "utf8");
    const secret = process.env[variable] ?? "";
    const line = prepare(app, folder, JSON.parse(spec) as WiringSpec, secret);
    process.stdout.write(`${line}\n`);
  } catch (error) {
    process.stdout.write(`${app}: FAILED: ${error instanceof Error ? error.message : "?"}\n`);
    process.exitCode = 1;
  }
}
