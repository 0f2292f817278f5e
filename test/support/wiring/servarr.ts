import { type Asked, type FakeApp, type Fields, startApp, type Told } from "./server";

/** Secrets of the fake world, by app: a link works when it holds the one of its target. */
export type World = Record<string, string>;

interface FieldRow {
  readonly name: string;
  readonly value?: unknown;
  readonly secret?: true;
}

interface Schema {
  readonly implementation: string;
  readonly configContract: string;
  readonly fields: readonly FieldRow[];
  readonly more?: Fields;
  /** The app of the world that it leads to. */
  readonly target: string;
}

const field = (name: string, value?: unknown): FieldRow => ({ name, value });
const hidden = (name: string): FieldRow => ({ name, value: "", secret: true });

/**
 * Templates with the fields that the apps' settings classes have.
 *
 * @see https://github.com/Radarr/Radarr/blob/develop/src/NzbDrone.Core/Download/Clients/QBittorrent/QBittorrentSettings.cs
 * @see https://github.com/Prowlarr/Prowlarr/blob/develop/src/NzbDrone.Core/Applications/Radarr/RadarrSettings.cs
 */
function schemas(category: string, name: string): Readonly<Record<string, readonly Schema[]>> {
  const address = [field("host", "localhost"), field("port", 8080), field("useSsl", false)];
  const clients: readonly Schema[] = [
    {
      implementation: "QBittorrent",
      configContract: "QBittorrentSettings",
      target: "qbittorrent",
      fields: [...address, field("urlBase"), field("username"), hidden("password")].concat(
        field(category, name),
        field("initialState", 0),
      ),
      more: { enable: false, protocol: "torrent", priority: 1 },
    },
    {
      implementation: "Sabnzbd",
      configContract: "SabnzbdSettings",
      target: "sabnzbd",
      fields: [...address, hidden("apiKey"), field("username"), hidden("password")].concat(
        field(category, name),
      ),
      more: { enable: false, protocol: "usenet", priority: 1 },
    },
  ];
  if (name === "prowlarr") {
    const application = (implementation: string, syncCategories: number[]): Schema => ({
      implementation,
      configContract: `${implementation}Settings`,
      target: implementation.toLowerCase(),
      fields: [
        field("prowlarrUrl", "http://localhost:9696"),
        field("baseUrl", "http://localhost"),
        hidden("apiKey"),
        field("syncCategories", syncCategories),
      ],
      more: { syncLevel: "addOnly" },
    });
    return {
      downloadclient: clients,
      applications: [
        application("Radarr", [2000]),
        application("Sonarr", [5000]),
        application("Lidarr", [3000]),
      ],
    };
  }
  const plex: Schema = {
    implementation: "PlexServer",
    configContract: "PlexServerSettings",
    target: "plex",
    fields: [field("host", ""), field("port", 32400), field("useSsl", false)].concat(
      hidden("authToken"),
      field("updateLibrary", true),
    ),
    more: { onDownload: false, onUpgrade: false, onGrab: false, supportsOnDownload: true },
  };
  return { downloadclient: clients, notification: [plex] };
}

const mask = "********";

interface Entry extends Fields {
  id: number;
  implementation: string;
  fields: { name: string; value: unknown }[];
}

/** How one of the four is begun. */
export interface ServarrOptions {
  readonly name: "prowlarr" | "radarr" | "sonarr" | "lidarr";
  readonly world: World;
  /** Folders that exist. */
  readonly folders?: readonly string[];
  readonly user?: string;
}

/** One of the four, running. */
export interface FakeServarr extends FakeApp {
  /** Its entries, secrets in clear. */
  readonly entries: Record<string, Entry[]>;
  readonly host: Fields;
  readonly management: Fields;
  readonly rootFolders: Fields[];
}

const categories = {
  prowlarr: "category",
  radarr: "movieCategory",
  sonarr: "tvCategory",
  lidarr: "musicCategory",
} as const;

/** A refusal as their validators write it. */
const refuse = (propertyName: string, errorMessage: string, isWarning = false): Told => ({
  status: 400,
  body: [{ propertyName, errorMessage, isWarning, severity: isWarning ? "warning" : "error" }],
});

/**
 * A server that speaks the part of the API that the wiring uses: it hides secrets, tests an entry
 * before it stores it, and does not look at one that is put back unchanged.
 */
export async function startServarr(options: ServarrOptions): Promise<FakeServarr> {
  const { name, world, folders = [], user = "" } = options;
  const api = name === "prowlarr" || name === "lidarr" ? "/api/v1" : "/api/v3";
  const templates = schemas(categories[name], name);
  const entries: Record<string, Entry[]> = Object.fromEntries(
    Object.keys(templates).map((list) => [list, []]),
  );
  const host: Fields = { id: 1, authenticationMethod: "forms", username: user, password: "" };
  const management: Fields = { id: 1, copyUsingHardlinks: false, importExtraFiles: true };
  const rootFolders: Fields[] = [];
  let password = user === "" ? "" : "chosen-by-hand";

  const schemaOf = (list: string, { implementation }: Entry): Schema | undefined =>
    templates[list]?.find((one) => one.implementation === implementation);
  const isSecret = (schema: Schema | undefined, fieldName: string): boolean =>
    schema?.fields.some((row) => row.name === fieldName && row.secret === true) ?? false;
  const shown = (list: string, entry: Entry): Entry => ({
    ...entry,
    fields: entry.fields.map(({ name: fieldName, value }) => ({
      name: fieldName,
      value: isSecret(schemaOf(list, entry), fieldName) && value !== "" ? mask : value,
    })),
  });
  const opened = (list: string, sent: Entry): Entry => {
    const before = entries[list]?.find(({ id }) => id === sent.id);
    return {
      ...sent,
      fields: sent.fields.map((one) =>
        one.value === mask && before !== undefined
          ? (before.fields.find((row) => row.name === one.name) ?? one)
          : one,
      ),
    };
  };
  const failure = (list: string, entry: Entry): Told | undefined => {
    const schema = schemaOf(list, entry);
    const secret = schema?.fields.find((row) => row.secret === true)?.name ?? "";
    const value = (fieldName: string): unknown =>
      entry.fields.find((row) => row.name === fieldName)?.value;
    if (value("host") === "localhost") return refuse("Host", "Unable to connect");
    if (value(secret) !== world[schema?.target ?? ""])
      return refuse("ApiKey", "API Key is invalid");
    const warned = value(categories[name]) === "warned";
    return warned ? refuse("Category", "A category is recommended", true) : undefined;
  };

  const lists = (list: string, rest: string[], asked: Asked, write: () => void): Told => {
    const kept = entries[list] ?? [];
    const [id] = rest;
    if (asked.method === "GET" && id === "schema") {
      return {
        body: templates[list]?.map(({ fields, more, implementation, configContract }) => ({
          ...more,
          ...{ id: 0, name: "", implementation, configContract },
          fields: fields.map(({ name: fieldName, value }) => ({ name: fieldName, value })),
        })),
      };
    }
    if (asked.method === "GET") return { body: kept.map((entry) => shown(list, entry)) };
    const entry = opened(list, asked.json as Entry);
    if (id === "test") return failure(list, entry) ?? { body: {} };
    const before = kept.find((one) => one.id === Number(id));
    const wrong = failure(list, entry);
    const forced = asked.query.get("forceSave") === "true";
    const onlyWarns = (wrong?.body as { isWarning?: boolean }[] | undefined)?.[0]?.isWarning;
    if (before === undefined) {
      if (wrong !== undefined && !(forced && onlyWarns === true)) return wrong;
      write();
      kept.push({ ...entry, id: kept.length + 1 });
      return { status: 201, body: {} };
    }
    write();
    const changed = JSON.stringify(before) !== JSON.stringify(entry);
    if (changed && wrong !== undefined && !forced) return wrong;
    Object.assign(before, entry);
    return { status: 202, body: {} };
  };

  const app = await startApp((asked, write) => {
    if (asked.path === "/ping") return { body: { status: "OK" } };
    if (asked.path === "/login") {
      const ok =
        asked.form.get("password") === password && asked.form.get("username") === host["username"];
      return {
        status: 302,
        headers: { Location: ok ? "/" : "/login?returnUrl=&loginFailed=true" },
      };
    }
    if (asked.headers["x-api-key"] !== world[name])
      return { status: 401, body: { error: "Unauthorized" } };
    const [list = "", ...rest] = asked.path.slice(api.length + 1).split("/");
    if (!asked.path.startsWith(`${api}/`)) return { status: 404, body: { message: "NotFound" } };
    if (list in entries) return lists(list, rest, asked, write);
    if (list === "health") return { body: [] };
    if (list === "system") return { body: { version: "9.9" } };
    if (list.endsWith("profile")) return { body: [{ id: 7, name: "Any" }] };
    if (list === "rootfolder") {
      if (asked.method === "GET") return { body: rootFolders };
      const folder = asked.json as Fields;
      if (!folders.includes(String(folder["path"]))) return refuse("Path", "Path does not exist");
      write();
      rootFolders.push(folder);
      return { status: 201, body: folder };
    }
    const section = rest[0] === "host" ? host : management;
    if (asked.method === "GET") return { body: section };
    write();
    const sent = asked.json as Fields;
    if (section === host) {
      if (sent["password"] !== sent["passwordConfirmation"])
        return refuse("Password", "Must match");
      password = String(sent["password"]);
      Object.assign(host, { username: sent["username"], password: "a-hash" });
    } else Object.assign(section, sent);
    return { status: 202, body: section };
  });
  return { ...app, entries, host, management, rootFolders };
}
