import type { AppTarget, Keys, WiringSpec } from "./spec.ts";

/** What one run knows and tells. */
export interface Session {
  readonly spec: WiringSpec;
  readonly keys: Keys;
  /** Token of the Plex server; undefined while it is unclaimed. */
  readonly plexToken: string | undefined;
  /** Notes something that was changed in an app. */
  readonly changed: (app: string, what: string) => void;
  /** Notes something that was found as declared. */
  readonly kept: (app: string) => void;
  /** Notes something that only a person can do. */
  readonly person: (app: string, what: string) => void;
  /** Notes something worth knowing that is no failure. */
  readonly note: (app: string, what: string) => void;
}

/** The target of an app that the rows name. @throws Error when it is not there. */
export function targetOf({ spec }: Session, app: string): AppTarget {
  const target = spec.apps[app];
  if (target === undefined) throw new Error(`${app} is not among the apps`);
  return target;
}

/** The key of an app. @throws Error naming it when the Secret lacks it. */
export function keyOf({ keys }: Session, app: string): string {
  const key = keys[app];
  if (key === undefined) throw new Error(`no key of ${app} was given: its Secret lacks it`);
  return key;
}

/** Host and port of an app as others are told. */
export function hostOf(target: AppTarget): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(target.url);
  return { host: hostname, port: Number(port) };
}

/** Whether an address that stands in an app is that of a target. */
export function isTarget(target: AppTarget, address: string): boolean {
  const wanted = [hostOf(target).host, ...target.aliases];
  const host = address.includes("://") ? hostnameIn(address) : address;
  return wanted.includes(host.toLowerCase());
}

function hostnameIn(address: string): string {
  try {
    return new URL(address).hostname;
  } catch {
    return address;
  }
}

/** Whether a path is a folder, or lies in it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** A path without the slash at its end. */
export function trimmed(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}
