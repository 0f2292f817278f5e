import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Made as Result, Registration } from "../../operations/inprocess/run";

/** A resource that was made, with what undoes it. */
export interface MadeResource {
  readonly urn: string;
  readonly name: string;
  /** URN of the resource with which it goes without being undone. */
  readonly deletedWith?: string;
  /** Digest of its inputs. */
  readonly inputs: string;
  /** What came of it, for whoever depends on it. */
  readonly result: Result;
  /** The command that undoes it, where it runs and what it reads. */
  readonly undo?: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly hostKey?: string;
    readonly command: string;
    readonly stdin: string;
  };
}

/** What the lab's engine has made in a lab, in that order. */
export interface Made {
  readonly has: (urn: string) => boolean;
  /** What came of a resource with the same inputs; undefined when they differ. */
  readonly same: (registration: Registration) => Result | undefined;
  readonly add: (registration: Registration, result: Result) => void;
  readonly remove: (urn: string) => void;
  readonly all: () => readonly MadeResource[];
}

interface CommandInputs {
  readonly connection?: { host: string; port?: number; user: string; hostKey?: string };
  readonly delete?: string;
  readonly stdin?: string;
}

function digestOf({ inputs }: Registration): string {
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
}

function describe(registration: Registration, { id, outputs }: Result): MadeResource {
  const { urn, name, deletedWith, inputs } = registration;
  const { connection, delete: command, stdin = "" } = inputs as CommandInputs;
  const result = {
    ...(id === undefined ? {} : { id }),
    ...(outputs === undefined ? {} : { outputs }),
  };
  const resource = {
    ...{ urn, name, result, inputs: digestOf(registration) },
    ...(deletedWith === undefined ? {} : { deletedWith }),
  };
  if (connection === undefined || command === undefined) return resource;
  const { host, port = 22, user, hostKey } = connection;
  const pin = hostKey === undefined ? {} : { hostKey };
  return { ...resource, undo: { host, port, user, ...pin, command, stdin } };
}

/** Keeps what was made in a file that only we can read: results hold secrets. */
export function createMade(file: string): Made {
  const kept = new Map<string, MadeResource>(
    existsSync(file)
      ? (JSON.parse(readFileSync(file, "utf8")) as MadeResource[]).map((made) => [made.urn, made])
      : [],
  );
  const save = (): void => {
    writeFileSync(`${file}.part`, JSON.stringify([...kept.values()]), { mode: 0o600 });
    renameSync(`${file}.part`, file);
  };
  return {
    has: (urn) => kept.has(urn),
    same: (registration) => {
      const known = kept.get(registration.urn);
      return known?.inputs === digestOf(registration) ? known.result : undefined;
    },
    add: (registration, result) => {
      // In the order in which they were last made: what it depends on may have changed.
      kept.delete(registration.urn);
      kept.set(registration.urn, describe(registration, result));
      save();
    },
    remove: (urn) => {
      kept.delete(urn);
      save();
    },
    all: () => [...kept.values()],
  };
}
