import type { SecretName } from "../../config/secrets";
import { renderTable } from "../table";
import { type MediaKeyRow, mediaKeys, notImported } from "./mediaKeys";
import type { KeySource } from "./sources";
import type { SecretStore } from "./store";
import { noteSecrets, trailKey } from "./trail";

/** What the import is told. */
export interface ImportMediaOptions {
  readonly stack: string;
  readonly source: KeySource;
  readonly store: SecretStore;
  /** Says what would be written, and writes nothing. */
  readonly dryRun: boolean;
  /** Writes over values that differ. */
  readonly overwrite: boolean;
  readonly print: (text: string) => void;
  /** Folder of the record. Default: `docs/governance` of the project. */
  readonly governance?: string;
}

type Outcome = "written" | "would write" | "as it is" | "kept" | "missing" | "refused";

interface Row {
  readonly app: string;
  readonly secret: SecretName;
  readonly outcome: Outcome;
  readonly note: string;
  readonly value?: string;
}

/** What all of these apps' keys look like; anything else was misread. */
const keyForm = /^[A-Za-z0-9+/=_-]{16,128}$/;

async function importOne(row: MediaKeyRow, options: ImportMediaOptions): Promise<Row> {
  const { source, store, dryRun, overwrite } = options;
  const told = (outcome: Outcome, note = ""): Row => ({
    ...{ app: row.app, secret: row.secret, outcome, note },
  });
  const found = await source.read(row);
  if ("missing" in found) return told("missing", found.missing);
  const value = row.read(found.text);
  if (value === undefined) return told("missing", "its file holds no key");
  if (!keyForm.test(value)) return told("refused", "what its file holds has not the form of a key");
  const before = await store.get(row.secret);
  if (before === value) return told("as it is");
  if (before !== undefined && !overwrite) {
    return told("kept", "the stack has another value: --overwrite replaces it");
  }
  if (dryRun) return told("would write");
  await store.set(row.secret, value);
  if ((await store.get(row.secret)) !== value) {
    throw new Error(`${row.secret}: what was read back is not what was written`);
  }
  return { ...told("written"), value };
}

/**
 * Takes the keys of running apps over into the stack's encrypted config, so that what knows them goes
 * on working. Prints names, never values; a second run writes nothing.
 *
 * @returns the exit code: 1 when a key was refused or none was found at all.
 */
export async function importMedia(options: ImportMediaOptions): Promise<number> {
  const { stack, source, print } = options;
  const rows: Row[] = [];
  for (const row of mediaKeys) rows.push(await importOne(row, options));
  print(
    renderTable([
      ["APP", "SECRET", "OUTCOME", ""],
      ...rows.map(({ app, secret, outcome, note }) => [app, secret, outcome, note]),
      ...notImported.map(([app, why]) => [app, "-", "not imported", why]),
    ]),
  );
  const written = rows.filter(({ outcome }) => outcome === "written");
  if (written.length > 0) {
    const event = {
      ...{ action: "import" as const, reason: "keys of running media apps were taken over" },
      secrets: written.map(({ secret, value }) => ({ name: secret, value })),
      source: source.name,
    };
    const trail = { key: await trailKey(options.store), folder: options.governance };
    print(`noted in ${noteSecrets(stack, event, trail)}\n`);
  }
  const failed = rows.some(({ outcome }) => outcome === "refused");
  return failed || rows.every(({ outcome }) => outcome === "missing") ? 1 : 0;
}
