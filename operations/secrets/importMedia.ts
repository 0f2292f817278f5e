import type { Config } from "../../config/schema";
import type { SecretName } from "../../config/secrets";
import { renderTable } from "../table";
import { type MediaKeyRow, mediaKeys, notImported } from "./mediaKeys";
import type { KeySource } from "./sources";
import type { ConfigStore } from "./store";
import { type Candidate, type Told, writeSecrets } from "./write";

/** What the import is told. */
export interface ImportMediaOptions {
  readonly stack: string;
  readonly config: Config;
  readonly source: KeySource;
  readonly store: ConfigStore;
  /** Says what would be written, and writes nothing. */
  readonly dryRun: boolean;
  /** Writes over values that differ. */
  readonly overwrite: boolean;
  /** Writes what is right although something else is refused. */
  readonly partial: boolean;
  readonly print: (text: string) => void;
  /** Folder of the record. Default: `docs/governance` of the project. */
  readonly governance?: string | undefined;
}

/** What all of these apps' keys look like; anything else was misread. */
const keyForm = /^[A-Za-z0-9+/=_-]{16,128}$/;

type Found = Candidate | { readonly name: SecretName; readonly missing: string };

async function findKey(row: MediaKeyRow, source: KeySource): Promise<Found> {
  const name = row.secret;
  const found = await source.read(row);
  if ("missing" in found) return { name, missing: found.missing };
  const value = row.read(found.text);
  if (value === undefined) return { name, missing: "its file holds no key" };
  const refused = keyForm.test(value) ? undefined : "what its file holds has not the form of a key";
  return { name, part: [], value, refused };
}

/**
 * Takes the keys of running apps over into the stack's encrypted config, so that what knows them goes
 * on working. Prints names, never values; a second run writes nothing.
 *
 * @returns the exit code: 1 when a key was refused or none was found at all.
 */
export async function importMedia(options: ImportMediaOptions): Promise<number> {
  const { source, print } = options;
  const found: Found[] = [];
  for (const row of mediaKeys) found.push(await findKey(row, source));
  const candidates = found.flatMap((one) => ("missing" in one ? [] : [one]));
  const told = await writeSecrets(candidates, {
    ...options,
    event: {
      ...{ action: "import", reason: "keys of running media apps were taken over" },
      source: source.name,
    },
  });
  const rows = found.map((one): readonly [SecretName, Told["outcome"] | "missing", string] => {
    const row = told.find(({ name }) => name === one.name);
    if ("missing" in one || row === undefined) {
      return [one.name, "missing", "missing" in one ? one.missing : ""];
    }
    return [one.name, row.outcome, row.note];
  });
  print(
    renderTable([
      ["APP", "SECRET", "OUTCOME", ""],
      ...mediaKeys.map(({ app }, index) => [app, ...(rows[index] ?? [])]),
      ...notImported.map(([app, why]) => [app, "-", "not imported", why]),
    ]),
  );
  const failed = told.some(({ outcome }) => outcome === "refused" || outcome === "failed");
  return failed || candidates.length === 0 ? 1 : 0;
}
