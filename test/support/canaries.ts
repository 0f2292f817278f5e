/** Values to look for, by the name of the secret. */
export type Canaries = Readonly<Record<string, string>>;

/** A value to look for. What has to be quoted or encoded somewhere is part of it. */
export const canary = (name: string): string => `c4n4ry/+"&é'$<\\ ${name}`;

/** A value that needs no quoting, for what takes no other: keys of apps, tokens in URLs. */
export const plainCanary = (name: string): string => `c4n4ry.${name}.c4n4ry`;

/** A secret as it looks in a text of some kind. */
export interface Form {
  readonly kind: string;
  readonly text: string;
}

/** A secret that was found where it must not be. */
export interface Leak {
  readonly secret: string;
  /** How it was written there. */
  readonly form: string;
  /** What stands before it, to find the place; never the value. */
  readonly after: string;
}

/** Shorter values occur by chance. */
const shortest = 8;

/** Characters of a text before a leak that are shown. */
const shownBefore = 60;

const json = (text: string) => JSON.stringify(text).slice(1, -1);
const ascii = (text: string) =>
  text.replace(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Go's encoder makes JSON that may stand in a web page. */
const goJson = (text: string) =>
  json(text).replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);

/** `'` and what else `encodeURIComponent` leaves alone. */
const strictUrl = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*~]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
const lowerUrl = (text: string) => text.replace(/%../g, (one) => one.toLowerCase());
const withPlus = (text: string) => text.replaceAll("%20", "+");

const replaced = (text: string, by: Readonly<Record<string, string>>) =>
  text.replace(/./gsu, (one) => by[one] ?? one);
const named = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
const numbered = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };

const octal = (text: string) =>
  text.replace(/[^\0-\x7f]/gu, (one) =>
    [...Buffer.from(one)].map((byte) => `\\${byte.toString(8)}`).join(""),
  );
const backslashed = (text: string) => text.replace(/[^\w@%+=:,./\n\u0080-\uffff-]/g, "\\$&");
const ansiQuoted = (text: string) => text.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n");

/**
 * Base64 of a text that has 0, 1 or 2 bytes before it, and anything after it: what of the digits
 * depends on the text alone.
 */
function base64(text: string, alphabet: "base64" | "base64url" = "base64"): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const digits = bytes.toString(alphabet);
    return digits.slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
}

/** Every way in which a secret is written in what Bramble and its tools print or keep. */
export const formKinds: Readonly<Record<string, (secret: string) => readonly string[]>> = {
  clear: (secret) => [secret],
  json: (secret) => [json(secret), ascii(json(secret)), goJson(secret), ascii(goJson(secret))],
  "json twice": (secret) => [json(json(secret)), goJson(goJson(secret)), json(goJson(secret))],
  url: (secret) =>
    [encodeURI, encodeURIComponent, strictUrl].flatMap((encode) => [
      encode(secret),
      lowerUrl(encode(secret)),
    ]),
  "url form": (secret) => [withPlus(strictUrl(secret)), lowerUrl(withPlus(strictUrl(secret)))],
  "shell, single quotes": (secret) => [
    secret.replaceAll("'", `'\\''`),
    secret.replaceAll("'", `'"'"'`),
    json(secret.replaceAll("'", `'\\''`)),
  ],
  "shell, double quotes": (secret) => [secret.replace(/["\\$`]/g, "\\$&")],
  "shell, backslashes": (secret) => [backslashed(secret), octal(backslashed(secret))],
  "shell, $'…'": (secret) => [ansiQuoted(secret), octal(ansiQuoted(secret))],
  "yaml, single quotes": (secret) => [secret.replaceAll("'", "''")],
  "yaml, double quotes": (secret) => [secret.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")],
  xml: (secret) => [
    replaced(secret, named),
    replaced(secret, numbered),
    secret.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`),
    secret.replace(/[&<]/g, (one) => (one === "&" ? "&amp;" : "&lt;")),
  ],
  hex: (secret) => {
    const digits = Buffer.from(secret).toString("hex");
    return [digits, digits.toUpperCase()];
  },
  base64: (secret) => base64(secret),
  base64url: (secret) => base64(secret, "base64url"),
  // Log-ins of registries, and what Helm keeps of values.
  "base64 of json": (secret) => [json(secret), goJson(secret)].flatMap((text) => base64(text)),
  "base64 twice": (secret) => base64(secret).flatMap((text) => base64(text)),
};

/** Whatever is broken into lines: base64 as mail has it, YAML's folded texts. */
const squeeze = (text: string) => text.replace(/\\*[\s\n]|\\+n/g, "");

/**
 * Every form of a secret. Of a value of several lines, such as a private key, each long line is
 * looked for by itself.
 *
 * @throws Error when the value is so short that it occurs by chance.
 */
export function forms(secret: string): Form[] {
  const parts = secret
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length >= shortest && !/^-----.*-----$/.test(line));
  if (parts.length === 0) throw new Error("too short to be looked for");
  const found = new Map<string, Form>();
  for (const part of parts) {
    for (const [kind, write] of Object.entries(formKinds)) {
      for (const text of write(part)) if (!found.has(text)) found.set(text, { kind, text });
    }
  }
  return [...found.values()];
}

interface Wanted extends Form {
  readonly secret: string;
}

/** Characters by which forms are told apart at first: those of many canaries begin alike. */
const sharedBeginning = 8;

const prepared = new WeakMap<Canaries, ReadonlyMap<string, readonly Wanted[]>>();

/** Squeezed forms of all secrets, by how they begin. */
function wantedForms(canaries: Canaries): ReadonlyMap<string, readonly Wanted[]> {
  const known = prepared.get(canaries);
  if (known !== undefined) return known;
  const made = new Map<string, Wanted[]>();
  for (const [secret, value] of Object.entries(canaries)) {
    for (const form of forms(value)) {
      const text = squeeze(form.text);
      const beginning = text.slice(0, sharedBeginning);
      made.set(beginning, [...(made.get(beginning) ?? []), { secret, kind: form.kind, text }]);
    }
  }
  prepared.set(canaries, made);
  return made;
}

/** Which secrets a text shows, each once. */
export function leaks(text: string, canaries: Canaries): Leak[] {
  const squeezed = squeeze(text);
  const found = new Map<string, Leak>();
  for (const [beginning, wanted] of wantedForms(canaries)) {
    const first = squeezed.indexOf(beginning);
    if (first < 0) continue;
    for (const { secret, kind, text: form } of wanted) {
      if (found.has(secret)) continue;
      const at = squeezed.indexOf(form, first);
      const after = squeezed.slice(Math.max(0, at - shownBefore), Math.max(0, at));
      if (at >= 0) found.set(secret, { secret, form: kind, after });
    }
  }
  return [...found.values()];
}
