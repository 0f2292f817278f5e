import type { SecretEntry } from "../formats/types";

/** One value as it is looked up: an entry of a file, or one of several values within it. */
export interface Item {
  readonly entry: SecretEntry;
  /** Where it stands: the entry's path, and keys within its value. */
  readonly path: readonly string[];
  /** What it is looked up by, where the path itself says too little. */
  readonly lookup: readonly string[];
  /** Without the line ends that editors and `echo` leave behind. */
  readonly value: string;
}

const tidy = (value: string): string => value.replace(/(\r?\n)+$/, "");

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function itemAt(entry: SecretEntry, within: readonly string[], value: string): Item {
  const path = [...entry.path, ...within];
  return { entry, path, lookup: path, value: tidy(value) };
}

/** `auth` is user and password in one, as Docker writes them. */
function loginOf(entry: SecretEntry, within: readonly string[], auth: string): Item[] {
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) return [itemAt(entry, [...within, "auth"], auth)];
  return [
    itemAt(entry, [...within, "username"], text.slice(0, colon)),
    itemAt(entry, [...within, "password"], text.slice(colon + 1)),
  ];
}

/** Log-ins in Docker's own JSON, also as the value of a Secret for pulling images. */
function dockerItems(entry: SecretEntry): Item[] | undefined {
  const tree = parsed(entry.value);
  if (!isTree(tree) || !isTree(tree["auths"])) return undefined;
  return Object.entries(tree["auths"]).flatMap(([registry, login]): Item[] => {
    if (!isTree(login)) return [];
    const within = ["auths", registry];
    const { username, password, auth } = login;
    if (typeof username === "string" && typeof password === "string") {
      return [
        itemAt(entry, [...within, "username"], username),
        itemAt(entry, [...within, "password"], password),
      ];
    }
    return typeof auth === "string" ? loginOf(entry, within, auth) : [];
  });
}

const isSecretObject = ({ format }: SecretEntry): boolean =>
  format === "kubernetes-secret" || format === "sealed-secret";

/** The Secret that an entry belongs to, within its file. */
const parentOf = ({ file, document = 0, path }: SecretEntry): string =>
  JSON.stringify([file, document, path.slice(0, -1)]);

/** Secrets with the keys of an Argo CD repository; their names can be anything. */
function repositories(entries: readonly SecretEntry[]): ReadonlySet<string> {
  const keys = new Map<string, Set<string>>();
  for (const entry of entries.filter(isSecretObject)) {
    const parent = parentOf(entry);
    keys.set(parent, (keys.get(parent) ?? new Set()).add(entry.path.at(-1) ?? ""));
  }
  const has = (found: ReadonlySet<string>): boolean =>
    found.has("url") && (found.has("password") || found.has("sshPrivateKey"));
  return new Set([...keys].filter(([, found]) => has(found)).map(([parent]) => parent));
}

/** The values of entries, one by one. */
export function itemsOf(entries: readonly SecretEntry[]): Item[] {
  const ofArgoCd = repositories(entries);
  return entries.flatMap((entry): Item[] => {
    const { path, value } = entry;
    const key = path.at(-1) ?? "";
    if (path.at(-3) === "auths" && key === "auth") {
      const inner: SecretEntry = { ...entry, path: path.slice(0, -1) };
      return loginOf(inner, [], value).map((item) => ({ ...item, entry }));
    }
    const docker = /docker|^config\.json$/i.test(key) ? dockerItems(entry) : undefined;
    if (docker !== undefined) return docker;
    const item = itemAt(entry, [], value);
    return [ofArgoCd.has(parentOf(entry)) ? { ...item, lookup: ["argocd repository", key] } : item];
  });
}
