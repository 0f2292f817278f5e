import { type Client, createClient, fieldsOf, listOf, Refusal, textOf } from "./http.ts";
import { hostOf, isTarget, keyOf, type Session, targetOf } from "./session.ts";
import type { Link } from "./spec.ts";

const app = "overseerr";
const settings = "/api/v1/settings";

/**
 * Signs in to an Overseerr that has no user yet, with the token of the Plex server's owner: what a
 * person would do by the page's button. Before that its own key opens nothing.
 *
 * @returns whether its key opens its settings now.
 * @see https://github.com/sct/overseerr/blob/develop/overseerr-api.yml
 */
async function signIn(session: Session, client: Client, initialised: boolean): Promise<boolean> {
  try {
    await client.ask("/api/v1/auth/me");
    return true;
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 403) throw error;
    if (initialised) throw new Refusal("the key in the Secret is not its own", 403, undefined);
  }
  if (session.plexToken === undefined) {
    session.person(app, "sign in with Plex on its page once: it has no user before");
    return false;
  }
  const json = { authToken: session.plexToken };
  try {
    await createClient(targetOf(session, app).url, {}).ask("/api/v1/auth/plex", {
      method: "POST",
      json,
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    session.person(app, "plex.tv did not take the server's token: sign in with Plex on its page");
    return false;
  }
  session.changed(app, "signed in as the owner of the Plex server");
  return true;
}

async function linkMediaServer(session: Session, client: Client): Promise<void> {
  const plex = targetOf(session, "plex");
  if (session.plexToken === undefined) return;
  const found = fieldsOf(await client.ask(`${settings}/plex`));
  const { host, port } = hostOf(plex);
  if (isTarget(plex, textOf(found["ip"])) && textOf(found["port"]) === String(port)) {
    session.kept(app);
  } else {
    const json = { ip: host, port, useSsl: false };
    await client.ask(`${settings}/plex`, { method: "POST", json });
    session.changed(app, "linked to Plex");
  }
  // Asking Plex again turns every library off, so it is done only while none is on.
  if (listOf(found["libraries"]).some(({ enabled }) => enabled === true)) {
    session.kept(app);
    return;
  }
  const known = listOf(await client.ask(`${settings}/plex/library?sync=true`));
  if (known.length === 0) {
    session.note(app, "Plex has no film or series library yet");
    return;
  }
  const ids = known.map(({ id }) => textOf(id)).join(",");
  await client.ask(`${settings}/plex/library?enable=${encodeURIComponent(ids)}`);
  session.changed(app, `looks at ${String(known.length)} libraries of Plex`);
}

/** What only Radarr or only Sonarr is asked beside what both are. */
const kinds: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  radarr: { minimumAvailability: "released" },
  sonarr: { seriesType: "standard", animeSeriesType: "standard", enableSeasonFolders: true },
};

async function newServer(
  session: Session,
  client: Client,
  { to, profile }: Link,
  address: Readonly<Record<string, unknown>>,
) {
  const tested = fieldsOf(
    await client.ask(`${settings}/${to}/test`, { method: "POST", json: address }),
  );
  const profiles = listOf(tested["profiles"]);
  const chosen = profiles.find(({ name }) => name === profile) ?? profiles[0];
  const languages = listOf(tested["languageProfiles"]);
  const library = session.spec.libraries.find(({ manager }) => manager === to);
  if (chosen === undefined || library === undefined) {
    throw new Error(`${to} has no quality profile or no library to put requests in`);
  }
  return {
    name: to,
    ...address,
    ...kinds[to],
    ...(languages[0] === undefined ? {} : { activeLanguageProfileId: languages[0]["id"] }),
    activeProfileId: chosen["id"],
    activeProfileName: chosen["name"],
    activeDirectory: library.folder,
    is4k: false,
    syncEnabled: true,
    preventSearch: false,
    tags: [],
  };
}

async function linkServer(session: Session, client: Client, link: Link): Promise<void> {
  const target = targetOf(session, link.to);
  const { host, port } = hostOf(target);
  const address = { hostname: host, port, apiKey: keyOf(session, link.to), useSsl: false };
  const servers = listOf(await client.ask(`${settings}/${link.to}`));
  const server = servers.find(({ hostname }) => isTarget(target, textOf(hostname)));
  if (server === undefined) {
    const isDefault = !servers.some((one) => one["isDefault"] === true && one["is4k"] !== true);
    const json = { ...(await newServer(session, client, link, address)), isDefault };
    await client.ask(`${settings}/${link.to}`, { method: "POST", json });
    session.changed(app, `linked to ${link.to}`);
    return;
  }
  const different = Object.entries(address).filter(([key, value]) => server[key] !== value);
  if (different.length === 0) {
    session.kept(app);
    return;
  }
  // Its API refuses a body that holds the id.
  const { id, ...rest } = server;
  const json = { ...rest, ...address };
  await client.ask(`${settings}/${link.to}/${textOf(id)}`, { method: "PUT", json });
  const what = different.map(([key]) => (key === "apiKey" ? "key" : key)).join(", ");
  session.changed(app, `updated its link to ${link.to} (${what})`);
}

/** Wires Overseerr, or Seerr in its place: its user, Plex, Radarr and Sonarr. */
export async function wireOverseerr(session: Session): Promise<void> {
  const { url } = targetOf(session, app);
  const client = createClient(url, { "X-Api-Key": keyOf(session, app) });
  const known = fieldsOf(await client.ask(`${settings}/public`));
  const initialised = known["initialized"] === true;
  if (!(await signIn(session, client, initialised))) return;
  for (const link of session.spec.links.filter(({ from }) => from === app)) {
    if (link.as === "mediaServer") await linkMediaServer(session, client);
    if (link.as === "server") await linkServer(session, client, link);
  }
  if (initialised) return;
  await client.ask(`${settings}/initialize`, { method: "POST", json: {} });
  session.changed(app, "finished its set-up");
}
