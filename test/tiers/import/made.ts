import assert from "node:assert/strict";
import type { SecretTool } from "../../../lab/secretTools";
import type {
  FormatKeys,
  SecretEntry,
  SecretFormat,
} from "../../../operations/secrets/formats/types";
import type { Workshop } from "./workshop";

/** A value that must come out of a file. */
export interface ExpectedEntry {
  readonly path: readonly string[];
  readonly value: string;
  readonly encrypted: boolean;
  readonly encoding?: "base64";
  readonly document?: number;
}

/** What must be read from a file that a tool made. */
export interface MadeFile {
  readonly format: SecretFormat;
  /** Names of files beside it. */
  readonly keys?: Omit<FormatKeys, "environment" | "ask">;
  readonly expected: readonly ExpectedEntry[];
}

/** Makes one file by a real tool. */
export interface Maker {
  /** The file's name. */
  readonly name: string;
  readonly needs: readonly SecretTool[];
  /** Set where only the program `sops` opens it. */
  readonly bySops?: true;
  readonly make: (workshop: Workshop) => Promise<MadeFile>;
}

/** Entries of which each is encrypted. */
export const sealed = (values: readonly (readonly [path: readonly string[], value: string])[]) =>
  values.map(([path, value]): ExpectedEntry => ({ path, value, encrypted: true }));

/** Tools write keys in orders of their own. */
export function assertEntries(
  actual: readonly SecretEntry[],
  expected: readonly SecretEntry[],
): void {
  const place = ({ document = 1, path }: SecretEntry): string => `${document} ${path.join("\n")}`;
  const sorted = (entries: readonly SecretEntry[]): SecretEntry[] =>
    entries.toSorted((one, other) => (place(one) < place(other) ? -1 : 1));
  assert.deepEqual(sorted(actual), sorted(expected));
}
