import { type Client, fieldsOf, listOf, Refusal, textOf } from "./http.ts";
import type { Session } from "./session.ts";

/**
 * One entry of a list that Prowlarr, Radarr, Sonarr and Lidarr keep alike: download clients,
 * applications, notifications.
 */
export interface WantedProvider {
  /** The list's path, such as `/api/v3/downloadclient`. */
  readonly path: string;
  /** Name that a new entry gets. */
  readonly name: string;
  readonly implementation: string;
  /** Whether an entry of this implementation is about the same app, whatever its name. */
  readonly isSame: (fields: Readonly<Record<string, unknown>>) => boolean;
  /** Values of the entry's own properties, held whenever the wiring runs. */
  readonly held: Readonly<Record<string, unknown>>;
  /** Values of its own properties for a new entry only: a person may change them afterwards. */
  readonly initial?: Readonly<Record<string, unknown>>;
  /** Values of its `fields`, held. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Secret values of its `fields`. The apps never show them again. */
  readonly secrets: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

function valuesOf(entry: Fields): Fields {
  return Object.fromEntries(
    listOf(entry["fields"]).map((one) => [textOf(one["name"]), one["value"]]),
  );
}

/** An entry with some of its `fields` changed, the others as they are. */
function withFields(entry: Fields, values: Fields): Fields {
  const known = valuesOf(entry);
  const strange = Object.keys(values).filter((name) => !(name in known));
  if (strange.length > 0) {
    const kind = textOf(entry["implementation"]);
    throw new Error(`${kind} has no field ${strange.join(", ")} in this version of the app`);
  }
  const fields = listOf(entry["fields"]).map((one) => {
    const name = textOf(one["name"]);
    return name in values ? { ...one, value: values[name] } : one;
  });
  return { ...entry, fields };
}

/** What a validation failed with, apart from warnings; undefined when it is another refusal. */
function errorsIn({ status, body }: Refusal): string[] | undefined {
  if (status !== 400 || !Array.isArray(body)) return undefined;
  return listOf(body)
    .filter(({ isWarning, severity }) => isWarning !== true && severity !== "warning")
    .map(({ errorMessage }) => textOf(errorMessage));
}

const onlyWarns = (error: unknown): boolean =>
  error instanceof Refusal && errorsIn(error)?.length === 0;

/** Stores an entry. An app refuses at first what it merely warns about. */
async function store(client: Client, path: string, call: { method: "POST" | "PUT"; json: Fields }) {
  try {
    await client.ask(path, call);
  } catch (error) {
    if (!onlyWarns(error)) throw error;
    await client.ask(`${path}?forceSave=true`, call);
  }
}

/** Has the app test an entry. It fills in the secrets that it hides. @throws Refusal */
async function test(client: Client, path: string, entry: Fields): Promise<void> {
  try {
    await client.ask(`${path}/test`, { method: "POST", json: entry });
  } catch (error) {
    if (!onlyWarns(error)) throw error;
  }
}

async function works(client: Client, path: string, entry: Fields): Promise<boolean> {
  try {
    await test(client, path, entry);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 400) return false;
    throw error;
  }
}

const differs = (wanted: unknown, found: unknown): boolean =>
  JSON.stringify(wanted) !== JSON.stringify(found ?? null);

/** Names of what an entry has otherwise than declared. */
function differences(entry: Fields, { held, fields }: WantedProvider): string[] {
  const values = valuesOf(entry);
  return [
    ...Object.keys(held).filter((key) => differs(held[key], entry[key])),
    ...Object.keys(fields).filter((key) => differs(fields[key], values[key])),
  ];
}

async function template(client: Client, { path, implementation }: WantedProvider): Promise<Fields> {
  const schema = listOf(await client.ask(`${path}/schema`));
  const found = schema.find((one) => one["implementation"] === implementation);
  if (found === undefined) throw new Error(`${path}: the app knows no ${implementation}`);
  return found;
}

/**
 * Brings one entry to what is declared: creates it where none is about the same app, changes what
 * differs, and gives it the secret again when the app's own test fails. Entries about other apps
 * are nobody's business.
 *
 * @see https://github.com/Radarr/Radarr/blob/develop/src/Radarr.Api.V3/openapi.json
 * @see https://github.com/Prowlarr/Prowlarr/blob/develop/src/Prowlarr.Api.V1/openapi.json
 */
export async function convergeProvider(
  session: Session,
  app: string,
  client: Client,
  wanted: WantedProvider,
): Promise<void> {
  const { path, name, implementation, fields, secrets, held } = wanted;
  const ofKind = listOf(await client.ask(path)).filter(
    (one) => one["implementation"] === implementation,
  );
  const entry =
    ofKind.find((one) => wanted.isSame(valuesOf(one))) ??
    ofKind.find((one) => one["name"] === name);
  const what = `${path.split("/").at(-1) ?? ""} ${name}`;
  if (entry === undefined) {
    const fresh = withFields(await template(client, wanted), { ...fields, ...secrets });
    const json = { ...fresh, ...wanted.initial, ...held, name };
    await store(client, path, { method: "POST", json });
    session.changed(app, `created ${what}`);
    return;
  }
  const different = differences(entry, wanted);
  if (different.length === 0 && (await works(client, path, entry))) {
    session.kept(app);
    return;
  }
  const json = { ...withFields(entry, { ...fields, ...secrets }), ...held };
  await store(client, `${path}/${textOf(fieldsOf(entry)["id"])}`, { method: "PUT", json });
  // An unchanged entry is accepted without a look at it.
  if (different.length === 0) await test(client, path, json);
  session.changed(
    app,
    `updated ${what} (${different.length === 0 ? "key" : different.join(", ")})`,
  );
}
