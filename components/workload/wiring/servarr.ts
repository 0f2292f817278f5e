import { type Client, createClient, fieldsOf, listOf, textOf } from "./http.ts";
import { convergeProvider } from "./provider.ts";
import { hostOf, isTarget, keyOf, type Session, targetOf, trimmed } from "./session.ts";
import { type Library, type Link, qbittorrentUser } from "./spec.ts";

/** Prowlarr, Radarr, Sonarr and Lidarr share one code base and differ in this. */
const kinds = {
  prowlarr: { api: "/api/v1", title: "Prowlarr", category: "category" },
  radarr: { api: "/api/v3", title: "Radarr", category: "movieCategory" },
  sonarr: { api: "/api/v3", title: "Sonarr", category: "tvCategory" },
  lidarr: { api: "/api/v1", title: "Lidarr", category: "musicCategory" },
} as const;

type Servarr = keyof typeof kinds;

/** Whether an app is one of the four. */
export function isServarr(app: string): app is Servarr {
  return Object.hasOwn(kinds, app);
}

/** Where the API of one of the four begins. */
export function apiOf(app: Servarr): string {
  return kinds[app].api;
}

/** A client for one of the four. */
export function servarrClient(session: Session, app: Servarr): Client {
  return createClient(targetOf(session, app).url, { "X-Api-Key": keyOf(session, app) });
}

/** How a download client is entered: its name in the app, and what it wants to know. */
const downloadClients: Readonly<
  Record<
    string,
    {
      readonly implementation: string;
      readonly title: string;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly secret: string;
    }
  >
> = {
  qbittorrent: {
    implementation: "QBittorrent",
    title: "qBittorrent",
    fields: { username: qbittorrentUser },
    secret: "password",
  },
  sabnzbd: { implementation: "Sabnzbd", title: "SABnzbd", fields: {}, secret: "apiKey" },
};

/** The events after which Plex looks at its libraries again; each app has some of them. */
const plexEvents = [
  "onDownload",
  "onReleaseImport",
  "onUpgrade",
  "onRename",
  "onTrackRetag",
  "onMovieDelete",
  "onMovieFileDelete",
  "onSeriesDelete",
  "onEpisodeFileDelete",
  "onArtistDelete",
  "onAlbumDelete",
];

async function linkDownloadClient(
  session: Session,
  app: Servarr,
  client: Client,
  link: Link,
): Promise<void> {
  const row = downloadClients[link.to];
  if (row === undefined) throw new Error(`${link.to} is no download client`);
  const target = targetOf(session, link.to);
  await convergeProvider(session, app, client, {
    path: `${kinds[app].api}/downloadclient`,
    name: row.title,
    implementation: row.implementation,
    isSame: ({ host }) => isTarget(target, textOf(host)),
    held: {},
    initial: { enable: true },
    fields: {
      ...hostOf(target),
      useSsl: false,
      [kinds[app].category]: link.category ?? app,
      ...row.fields,
    },
    secrets: { [row.secret]: keyOf(session, link.to) },
  });
}

async function linkApplication(session: Session, client: Client, link: Link): Promise<void> {
  const { to, syncLevel = "fullSync" } = link;
  if (!isServarr(to)) throw new Error(`${to} is no application of Prowlarr's`);
  const target = targetOf(session, to);
  await convergeProvider(session, "prowlarr", client, {
    path: "/api/v1/applications",
    name: kinds[to].title,
    implementation: kinds[to].title,
    isSame: ({ baseUrl }) => isTarget(target, textOf(baseUrl)),
    held: { syncLevel },
    fields: { prowlarrUrl: targetOf(session, "prowlarr").url, baseUrl: target.url },
    secrets: { apiKey: keyOf(session, to) },
  });
}

async function linkPlex(session: Session, app: Servarr, client: Client): Promise<void> {
  if (session.plexToken === undefined) return;
  const target = targetOf(session, "plex");
  const path = `${kinds[app].api}/notification`;
  const schema = listOf(await client.ask(`${path}/schema`));
  const plex = schema.find(({ implementation }) => implementation === "PlexServer") ?? {};
  const events = plexEvents.filter((event) => event in plex);
  await convergeProvider(session, app, client, {
    path,
    name: "Plex",
    implementation: "PlexServer",
    isSame: ({ host }) => isTarget(target, textOf(host)),
    held: {},
    initial: Object.fromEntries(events.map((event) => [event, true])),
    fields: { ...hostOf(target), useSsl: false, updateLibrary: true },
    secrets: { authToken: session.plexToken },
  });
}

/** Lidarr wants to know more of a root folder than the others: how new artists are treated. */
async function rootFolder(app: Servarr, client: Client, { title, folder }: Library) {
  if (app !== "lidarr") return { path: folder };
  const { api } = kinds[app];
  const first = async (list: string): Promise<unknown> =>
    listOf(await client.ask(`${api}/${list}`))[0]?.["id"];
  return {
    name: title,
    path: folder,
    defaultQualityProfileId: await first("qualityprofile"),
    defaultMetadataProfileId: await first("metadataprofile"),
    defaultMonitorOption: "all",
    defaultNewItemMonitorOption: "all",
    defaultTags: [],
  };
}

async function keepLibrary(session: Session, app: Servarr, client: Client, library: Library) {
  const { api } = kinds[app];
  const folders = listOf(await client.ask(`${api}/rootfolder`));
  if (folders.some(({ path }) => trimmed(textOf(path)) === library.folder)) {
    session.kept(app);
  } else {
    const json = await rootFolder(app, client, library);
    await client.ask(`${api}/rootfolder`, { method: "POST", json });
    session.changed(app, `created root folder ${library.folder}`);
  }
  const management = fieldsOf(await client.ask(`${api}/config/mediamanagement`));
  if (management["copyUsingHardlinks"] === true) {
    session.kept(app);
  } else {
    await client.ask(`${api}/config/mediamanagement/${textOf(management["id"])}`, {
      method: "PUT",
      json: { ...management, copyUsingHardlinks: true },
    });
    session.changed(app, "turned hard links on");
  }
}

/** Whether a name and a password open the web page. */
async function opens(client: Client, username: string, password: string): Promise<boolean> {
  const { status, headers } = await client.send("/login", {
    method: "POST",
    form: { username, password },
  });
  const location = headers.get("location") ?? "";
  return status >= 300 && status < 400 && !location.includes("loginFailed");
}

/**
 * Gives the web page its user. Until there is one nobody can log in, and nobody can make himself the
 * first user: `<NAME>__AUTH__METHOD` is set from the first start. Another user's name was chosen by
 * a person and stays.
 */
async function keepLogin(session: Session, app: Servarr, client: Client): Promise<void> {
  const { webUser } = session.spec;
  if (webUser === undefined) return;
  const password = keyOf(session, "web");
  const path = `${kinds[app].api}/config/host`;
  const host = fieldsOf(await client.ask(path));
  const username = textOf(host["username"]);
  if (username !== "" && username !== webUser) {
    session.note(app, "its web page has a user of its own, left alone");
    return;
  }
  if (username === webUser && (await opens(client, username, password))) {
    session.kept(app);
    return;
  }
  const json = { ...host, username: webUser, password, passwordConfirmation: password };
  await client.ask(`${path}/${textOf(host["id"])}`, { method: "PUT", json });
  session.changed(app, `set the password of ${webUser}`);
}

/** Wires one of the four: its login, its libraries, and what it is told of others. */
export async function wireServarr(session: Session, app: Servarr): Promise<void> {
  const client = servarrClient(session, app);
  await keepLogin(session, app, client);
  for (const library of session.spec.libraries.filter(({ manager }) => manager === app)) {
    await keepLibrary(session, app, client, library);
  }
  for (const link of session.spec.links.filter(({ from }) => from === app)) {
    if (link.as === "downloadClient") await linkDownloadClient(session, app, client, link);
    if (link.as === "application") await linkApplication(session, client, link);
    if (link.as === "notification") await linkPlex(session, app, client);
  }
}
