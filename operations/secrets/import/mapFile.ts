import { parseDocument } from "yaml";
import { nearest } from "../../../config/problems";
import { type SecretName, secretNames } from "../../../config/secrets";
import { compoundSecrets } from "../compound";
import type { Item } from "./items";
import type { Assignment, Target } from "./assignment";

/** One line of a map: what is made of the values whose places match. */
export interface MapRow {
  /** As it is written in the file. */
  readonly pattern: string;
  readonly matches: (file: string, path: readonly string[]) => boolean;
  readonly assignment: Assignment;
}

/** Turns `*` (within one key) and `**` (any) into an expression over a whole text. */
function globbed(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return "[^]*";
    return part === "*" ? "[^/]*" : part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}

/** `path`, or `file#path`: a file is also known by the last parts of its name. */
function matcher(pattern: string): MapRow["matches"] {
  const hash = pattern.indexOf("#");
  const path = globbed(pattern.slice(hash + 1));
  const file = hash < 0 ? /^/ : globbed(pattern.slice(0, hash));
  return (name, keys) => {
    const parts = name.split("/");
    const named = parts.some((_, index) => file.test(parts.slice(index).join("/")));
    return (named || file.test(name)) && path.test(keys.join("/"));
  };
}

const isSecretName = (text: string): text is SecretName =>
  (secretNames as readonly string[]).includes(text);

/** What a secret of several values needs after its name. */
const partForms: Readonly<Partial<Record<SecretName, string>>> = {
  alertReceivers: "alertReceivers/<receiver>/<url, token or password>",
  registryCredentials: "registryCredentials/<registry>/<username or password>",
};

function targetOf(text: string): Target | string {
  const [name = "", ...rest] = text.split("/");
  if (!isSecretName(name) || name === "trailKey") {
    const settable = secretNames.filter((one) => one !== "trailKey");
    return `\`${name}\` is no secret of a stack${nearest(name, settable)}`;
  }
  if (rest.length === 0) return { name, part: [] };
  const form = compoundSecrets.includes(name) ? partForms[name] : undefined;
  if (form === undefined) return `\`${name}\` is one value: write its name alone`;
  // Names of registries may have slashes of their own.
  const [key = "", ...inner] = rest.reverse();
  const part = [inner.reverse().join("/"), key];
  return part.includes("") ? `\`${text}\` is not of the form ${form}` : { name, part };
}

function assignmentOf(value: unknown): Assignment | string {
  if (value === "ignore") return { kind: "ignored" };
  if (typeof value === "string") {
    const target = targetOf(value);
    return typeof target === "string" ? target : { kind: "target", target };
  }
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [[key, why] = [], ...others] = entries;
  if (key === "ignore" && typeof why === "string" && why.trim() !== "" && others.length === 0) {
    return { kind: "ignored", why: why.trim() };
  }
  return "has to be the name of a secret, `ignore`, or `{ignore: <reason>}`";
}

/**
 * Reads a map: `<path, or file#path, with * and **>: <secret> | ignore | {ignore: <reason>}`.
 *
 * @param file its name, for errors.
 * @throws Error with one line per mistake.
 */
export function readMap(text: string, file: string): readonly MapRow[] {
  const document = parseDocument(text);
  const [broken] = document.errors;
  const first = broken?.message.split("\n")[0] ?? "";
  if (broken !== undefined) throw new Error(`${file}: is no YAML: ${first.replace(/:$/, "")}`);
  const value: unknown = document.toJS();
  if (value === null) return [];
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new Error(`${file}: has to hold lines of the form <path>: <name of a secret>`);
  }
  const rows = Object.entries(value).map(([pattern, meant]) => ({
    ...{ pattern, matches: matcher(pattern), assignment: assignmentOf(meant) },
  }));
  const mistakes = rows.flatMap(({ pattern, assignment }) =>
    typeof assignment === "string" ? [`${file}: ${pattern}: ${assignment}`] : [],
  );
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  return rows.flatMap(({ assignment, ...row }) =>
    typeof assignment === "string" ? [] : [{ ...row, assignment }],
  );
}

/** The first line of a map that says something of a value. */
export function mapped(rows: readonly MapRow[], { entry, path }: Item): Assignment | undefined {
  return rows.find(({ matches }) => matches(entry.file, path))?.assignment;
}

/** Lines of a map that say something of no value: they may be misspelled. */
export function idleRows(rows: readonly MapRow[], items: readonly Item[]): string[] {
  return rows
    .filter(({ matches }) => !items.some(({ entry, path }) => matches(entry.file, path)))
    .map(({ pattern }) => pattern);
}
