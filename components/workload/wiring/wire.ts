import { setTimeout as sleep } from "node:timers/promises";
import { wireQbittorrent, wireSabnzbd } from "./downloads.ts";
import { NotReady } from "./http.ts";
import { wirePlex } from "./plex.ts";
import { wireOverseerr } from "./requests.ts";
import { isServarr, wireServarr } from "./servarr.ts";
import type { Session } from "./session.ts";
import type { Keys, WiringSpec } from "./spec.ts";

/** What wires one app, by its name, in the order in which the apps need each other. */
const wirers: readonly (readonly [string, (session: Session) => Promise<void>])[] = [
  ["qbittorrent", wireQbittorrent],
  ["sabnzbd", wireSabnzbd],
  ["plex", wirePlex],
  ...["radarr", "sonarr", "lidarr", "prowlarr"]
    .filter(isServarr)
    .map((app) => [app, (session: Session) => wireServarr(session, app)] as const),
  ["overseerr", wireOverseerr],
];

/** How a run is told what to do and where to tell what it did. */
export interface WireOptions {
  readonly spec: WiringSpec;
  readonly keys: Keys;
  readonly plexToken?: string | undefined;
  /** Takes one line, without line break. */
  readonly print: (line: string) => void;
  /** Seconds that all apps together may take to answer. */
  readonly patienceSeconds: number;
  /** Seconds between two tries. Default: 5. */
  readonly pauseSeconds?: number;
}

/** What became of one app. */
export interface AppResult {
  readonly app: string;
  readonly changes: number;
  readonly kept: number;
  /** What only a person can do. */
  readonly person: readonly string[];
  readonly failure?: string;
}

/** A line without any of the secrets, whoever wrote it. */
function masker(secrets: readonly (string | undefined)[]): (line: string) => string {
  const known = secrets.filter((secret) => secret !== undefined && secret.length > 3);
  return (line) =>
    known.reduce<string>((text, secret) => text.replaceAll(secret ?? "", "[secret]"), line);
}

/** Runs something until the app answers, or patience is at its end. */
async function patiently(
  work: () => Promise<void>,
  deadline: number,
  pauseSeconds: number,
  waiting: (why: string) => void,
): Promise<void> {
  for (let told = false; ; told = true) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof NotReady) || Date.now() > deadline) throw error;
      if (!told) waiting(error.message);
      await sleep(pauseSeconds * 1000);
    }
  }
}

/**
 * Brings every app to what is declared. An app that fails does not keep the others from being wired.
 * What a person added stays; a second run changes nothing.
 */
export async function wire(options: WireOptions): Promise<AppResult[]> {
  const { spec, keys, plexToken, patienceSeconds, pauseSeconds = 5 } = options;
  const masked = masker([...Object.values(keys), plexToken]);
  const print = (app: string, text: string): void => {
    options.print(masked(`${app}: ${text}`));
  };
  const deadline = Date.now() + patienceSeconds * 1000;
  const results: AppResult[] = [];
  for (const [app, work] of wirers) {
    if (spec.apps[app] === undefined) continue;
    let [changes, kept] = [0, 0];
    const person: string[] = [];
    const session: Session = {
      ...{ spec, keys, plexToken },
      changed: (name, what) => {
        changes += 1;
        print(name, what);
      },
      kept: () => {
        kept += 1;
      },
      person: (name, what) => {
        person.push(what);
        print(name, `waits for a person: ${what}`);
      },
      note: print,
    };
    const attempt = (): Promise<void> => {
      kept = 0;
      person.length = 0;
      return work(session);
    };
    try {
      await patiently(attempt, deadline, pauseSeconds, (why) => {
        print(app, `waiting: ${why}`);
      });
      print(app, `${String(changes)} changed, ${String(kept)} as declared`);
      results.push({ app, changes, kept, person });
    } catch (error) {
      const failure = masked(error instanceof Error ? error.message : String(error));
      print(app, `FAILED: ${failure}`);
      results.push({ app, changes, kept, person, failure });
    }
  }
  return results;
}
