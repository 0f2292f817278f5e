import type { Config, HostConfig } from "../../config/schema";
import type { Engine } from "../engine";
import type { HostAccess } from "../connection/session";

/** What every drill is told. */
export interface DrillOptions {
  readonly stack: string;
  readonly config: Config;
  /** Folder of the stack's file; records are written under it. */
  readonly directory: string;
  readonly access: HostAccess;
  readonly engine: Engine;
  readonly hands: Hands;
  /** Asks the operator to type a word; true when it was typed. */
  readonly confirm: (question: string, word: string) => Promise<boolean>;
  readonly print: (text: string) => void;
}

/** What takes hands at a host: somebody's, or a program that stands in for them. */
export interface Hands {
  /** Has a host get a fresh disk; resolves when that was asked for, not when it is done. */
  readonly reflash: (host: HostConfig) => Promise<void>;
  /** Has a host switched on. */
  readonly powerOn: (host: HostConfig) => Promise<void>;
}

/** The row of a host that is there. @throws Error with one line when there is none. */
export function presentHost({ stack, config }: DrillOptions, name: string): HostConfig {
  const host = config.hosts.find((row) => row.name === name && row.state === "present");
  if (host === undefined) {
    const names = config.hosts.map((row) => row.name).join(", ");
    throw new Error(`Pulumi.${stack}.yaml has no present host ${name}; it has ${names}`);
  }
  return host;
}
