import type { Config } from "../../config/schema";
import { type SecretName, secretRows } from "../../config/secrets";
import { partOf, withPart } from "./compound";
import type { ConfigStore } from "./store";
import { fingerprint, noteSecrets, type SecretsEvent, trailEntries, trailKey } from "./trail";

/** A value that a stack is to have. */
export interface Candidate {
  readonly name: SecretName;
  /** Keys into a secret that holds several values; none for the secret itself. */
  readonly part: readonly string[];
  readonly value: string;
  /** Why it must not be written, where that is known already. */
  readonly refused?: string | undefined;
}

/** What became of a value, or would. */
export type Outcome =
  | "written"
  | "would write"
  /** The stack has this value. */
  | "as it is"
  /** The stack has another one, and keeps it. */
  | "differs"
  | "refused"
  /** Nothing is wrong with it; something else was refused, or failed before it. */
  | "held back"
  | "failed";

/** See {@link Outcome}. */
export interface Told {
  readonly outcome: Outcome;
  readonly note: string;
}

/** What writing is told. */
export interface WriteOptions {
  readonly stack: string;
  readonly config: Config;
  readonly store: ConfigStore;
  /** Says what would be written, and writes nothing. */
  readonly dryRun: boolean;
  /** Writes over values that differ. */
  readonly overwrite: boolean;
  /** Writes what is right although something else is refused. */
  readonly partial: boolean;
  /** Whether something was refused that is no candidate. */
  readonly refusedAlready?: boolean;
  /** What the trail says of each value that was written. */
  readonly event: Pick<SecretsEvent, "action" | "reason" | "source">;
  /** Folder of the trail. Default: `docs/governance` of the project. */
  readonly governance?: string | undefined;
}

type Judged = Candidate & Told;

const pending = ({ outcome }: Told): boolean => outcome === "would write";

function judge(
  candidate: Candidate,
  { before, clear }: { before: string | undefined; clear: string | undefined },
  overwrite: boolean,
): Told {
  const { part, value, refused } = candidate;
  if (refused !== undefined) return { outcome: "refused", note: refused };
  const [known, open] = [partOf(before, part), partOf(clear, part)];
  if (known === undefined && (open === undefined || open === value)) {
    return { outcome: "would write", note: open === undefined ? "" : "in place of clear text" };
  }
  if (known === value) return { outcome: "as it is", note: "" };
  return overwrite
    ? { outcome: "would write", note: "in place of another value" }
    : {
        outcome: "differs",
        note: `the stack has another value${known === undefined ? ", in clear text" : ""}: --overwrite replaces it`,
      };
}

/** The texts of the secrets as they are to be, by name, without those that stay as they are. */
function textsOf(
  judged: readonly Judged[],
  before: ReadonlyMap<SecretName, string>,
  clear: ReadonlyMap<SecretName, string>,
): Map<SecretName, string> {
  const texts = new Map<SecretName, string>();
  for (const { name, part, value } of judged.filter(pending)) {
    const text = texts.get(name) ?? before.get(name) ?? clear.get(name);
    texts.set(name, withPart(text, part, value));
  }
  return texts;
}

function mistakesOf(name: SecretName, text: string, config: Config): readonly string[] {
  const row = secretRows[name];
  return "mistakes" in row ? row.mistakes(text, config) : [];
}

/** Writes one value and opens it again. */
async function writeOne(store: ConfigStore, name: SecretName, text: string): Promise<Told> {
  try {
    await store.set(name, text);
    return (await store.get(name)) === text
      ? { outcome: "written", note: "" }
      : { outcome: "failed", note: "what was read back is not what was written" };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { outcome: "failed", note: why.replaceAll(text, "…") };
  }
}

/** What became of each secret, by name. One that fails ends the writing. */
async function writeAll(
  texts: ReadonlyMap<SecretName, string>,
  key: string,
  { stack, store, event, governance }: WriteOptions,
): Promise<Map<SecretName, Told>> {
  const done = new Map<SecretName, Told>();
  let failed: SecretName | undefined;
  for (const [name, text] of texts) {
    if (failed !== undefined) {
      done.set(name, { outcome: "held back", note: `${failed} failed before it` });
      continue;
    }
    const told = await writeOne(store, name, text);
    done.set(name, told);
    const outcome = told.outcome === "written" ? "done" : "failed";
    if (outcome === "failed") failed = name;
    // One line each, at once: what is cut off has noted what it wrote.
    const noted = { ...event, outcome, secrets: [{ name, value: text }] } as const;
    noteSecrets(stack, noted, { key, folder: governance });
  }
  const written = [...done.values()].some(({ outcome }) => outcome === "written");
  const after = written ? await store.all() : new Map<SecretName, string>();
  for (const [name, { outcome }] of done) {
    if (outcome !== "written" || after.get(name) === texts.get(name)) continue;
    done.set(name, { outcome: "failed", note: "is not in the config, read again as a whole" });
  }
  return done;
}

/**
 * Notes values that the stack has and the trail does not know: a run that was cut off may have written
 * one as its last, or a person did by hand.
 */
function noteKnown(
  judged: readonly Judged[],
  before: ReadonlyMap<SecretName, string>,
  { stack, event, governance }: WriteOptions,
): void {
  const key = before.get("trailKey");
  if (key === undefined) return;
  const noted = new Set(
    trailEntries(stack, governance).flatMap(({ secrets }) =>
      secrets.map((one) => `${one.name} ${one.fingerprint ?? ""}`),
    ),
  );
  const same = judged.filter(({ outcome }) => outcome === "as it is").map(({ name }) => name);
  for (const name of new Set(same)) {
    const value = before.get(name) ?? "";
    if (noted.has(`${name} ${fingerprint(key, name, value)}`)) continue;
    const reason = `${event.reason}; the stack had this one already`;
    noteSecrets(
      stack,
      { ...event, reason, secrets: [{ name, value }] },
      { key, folder: governance },
    );
  }
}

/**
 * Writes values into a stack's encrypted config. All are judged before the first is written: if one is
 * refused, none is, unless `partial` says otherwise. Each is opened again after it was written, and
 * the whole config once more at the end. What the stack has already is not written again, so a run
 * that was cut off is repeated as it was.
 *
 * @returns what became of each candidate, in their order.
 */
export async function writeSecrets<T extends Candidate>(
  candidates: readonly T[],
  options: WriteOptions,
): Promise<readonly (T & Told)[]> {
  const { store, config, dryRun, overwrite, partial, refusedAlready = false } = options;
  const [before, clear] = [await store.all(), await store.inClear()];
  const judged = candidates.map((one) => ({
    ...one,
    ...judge(one, { before: before.get(one.name), clear: clear.get(one.name) }, overwrite),
  }));
  const texts = textsOf(judged, before, clear);
  const mistakes = new Map(
    [...texts].map(([name, text]) => [name, mistakesOf(name, text, config)]),
  );
  const checked = judged.map((one): T & Told => {
    const wrong = pending(one) ? (mistakes.get(one.name) ?? []) : [];
    return wrong.length === 0 ? one : { ...one, outcome: "refused", note: wrong.join("; ") };
  });
  if (dryRun) return checked;
  const refused = refusedAlready || checked.some(({ outcome }) => outcome === "refused");
  if (refused && !partial) {
    const note = "something else was refused: mend it, or --partial writes the rest";
    return checked.map((one) => (pending(one) ? { ...one, outcome: "held back", note } : one));
  }
  // What cannot be noted is not written.
  trailEntries(options.stack, options.governance);
  noteKnown(checked, before, options);
  const wanted = new Map([...texts].filter(([name]) => mistakes.get(name)?.length === 0));
  if (wanted.size === 0) return checked;
  const done = await writeAll(wanted, before.get("trailKey") ?? (await trailKey(store)), options);
  return checked.map((one) => (pending(one) ? { ...one, ...done.get(one.name) } : one));
}
