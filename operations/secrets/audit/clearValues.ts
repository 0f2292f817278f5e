import type { SecretName } from "../../../config/secrets";
import { compoundSecrets, partsOf } from "../compound";
import type { TextFile } from "./walk";

/** A value of the stack in a text. */
export interface ClearValue {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly secret: SecretName;
}

/** Shorter values occur by chance. */
export const shortestSearched = 8;

/** A value to look for, and the names of it. */
interface Needle {
  readonly secret: SecretName;
  readonly forms: readonly string[];
}

/** What of a value's base64 depends on the value alone, wherever in a text it begins. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
    const digits = bytes.toString("base64");
    return digits.slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
}

/**
 * Of several lines the last ones that are long: a private key begins with what all keys of its kind
 * begin with, and with its public half.
 */
function piecesOf(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  if (lines.length === 1) return [value];
  const long = lines.filter((line) => line.length >= 20 && !line.startsWith("-----"));
  return long.slice(Math.floor(long.length / 2));
}

function formsOf(value: string): string[] {
  const plain = piecesOf(value).flatMap((piece) => [
    piece,
    JSON.stringify(piece).slice(1, -1),
    encodeURIComponent(piece),
  ]);
  const all = [...plain, ...base64Forms(value), ...piecesOf(value).flatMap(base64Forms)];
  return [...new Set(all)].filter((form) => form.length >= shortestSearched);
}

/** Values of a stack, those within a secret of several one by one. Names of users are no secret. */
export function valuesOf(values: ReadonlyMap<SecretName, string>): [SecretName, string][] {
  return [...values].flatMap(([name, text]): [SecretName, string][] => {
    const parts = compoundSecrets.includes(name) ? partsOf(text) : undefined;
    if (parts === undefined) return [[name, text]];
    return parts
      .filter(({ part }) => part.at(-1) !== "username")
      .map(({ value }) => [name, value] as [SecretName, string]);
  });
}

/** Names of secrets with a value too short to look for. */
export function notSearched(values: ReadonlyMap<SecretName, string>): SecretName[] {
  const short = valuesOf(values).filter(([, value]) => value.length < shortestSearched);
  return [...new Set(short.map(([name]) => name))];
}

/** Where values of a stack stand in texts: in clear, in base64, or as JSON and URLs have them. */
export function clearValues(
  files: readonly TextFile[],
  values: ReadonlyMap<SecretName, string>,
): ClearValue[] {
  const needles: Needle[] = valuesOf(values)
    .filter(([, value]) => value.length >= shortestSearched)
    .map(([secret, value]) => ({ secret, forms: formsOf(value) }));
  return files.flatMap(({ file, text }) => {
    // `base64` and YAML break long lines.
    const packed = text.replace(/\\n|\s/g, "");
    return needles.flatMap(({ secret, forms }): ClearValue[] => {
      const at = forms.map((form) => text.indexOf(form)).find((index) => index >= 0);
      if (at !== undefined) return [{ file, secret, line: text.slice(0, at).split("\n").length }];
      const broken = forms.some((form) => form.length > 40 && packed.includes(form));
      return broken ? [{ file, secret, line: 1 }] : [];
    });
  });
}
