import { createClient, fieldsOf, listOf, Refusal, textOf } from "./http.ts";
import { isWithin, keyOf, type Session, targetOf } from "./session.ts";
import { type DownloadFolders, qbittorrentUser, type WiringSpec } from "./spec.ts";

/** The categories that others send under. */
function categoriesOf({ links }: WiringSpec, client: string): string[] {
  const sent = links
    .filter(({ as, to }) => as === "downloadClient" && to === client)
    .map(({ category, from }) => category ?? from);
  return [...new Set(sent)];
}

function foldersOf({ downloads }: WiringSpec, client: string): DownloadFolders {
  const found = downloads.find((row) => row.client === client);
  if (found === undefined) throw new Error(`${client} has no folder for its downloads`);
  return found;
}

/**
 * Wires qBittorrent: it stores under the shared mount, and has the categories that others send
 * under. Its password is put into its settings file before it starts.
 *
 * @see https://github.com/qbittorrent/qBittorrent/wiki/WebUI-API-(qBittorrent-5.0)
 */
export async function wireQbittorrent(session: Session): Promise<void> {
  const app = "qbittorrent";
  const { url } = targetOf(session, app);
  const form = { username: qbittorrentUser, password: keyOf(session, app) };
  const answer = await createClient(url, {}).send("/api/v2/auth/login", { method: "POST", form });
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  if (answer.status >= 300 || answer.text.startsWith("Fails") || cookie === "") {
    const why =
      answer.status === 403
        ? "too many failed logins: it lets this address in again in an hour, or when it restarts"
        : "the password in the Secret is not its own: restart it, so that it is set anew";
    throw new Refusal(`log-in: HTTP ${String(answer.status)}: ${why}`, answer.status, undefined);
  }
  const client = createClient(url, { Cookie: cookie });
  const { complete } = foldersOf(session.spec, app);
  const preferences = fieldsOf(await client.ask("/api/v2/app/preferences"));
  if (isWithin(session.spec.mediaPath, textOf(preferences["save_path"]))) {
    session.kept(app);
  } else {
    const json = JSON.stringify({ save_path: complete, temp_path_enabled: false });
    await client.ask("/api/v2/app/setPreferences", { method: "POST", form: { json } });
    session.changed(app, `stores in ${complete}`);
  }
  const known = fieldsOf(await client.ask("/api/v2/torrents/categories"));
  for (const category of categoriesOf(session.spec, app)) {
    if (category in known) {
      session.kept(app);
      continue;
    }
    const body = { category, savePath: `${complete}/${category}` };
    await client.ask("/api/v2/torrents/createCategory", { method: "POST", form: body });
    session.changed(app, `created category ${category}`);
  }
}

/**
 * Wires SABnzbd: it has the categories that others send under, and a user for its web page. Key,
 * host names and folders are put into its settings file before it starts. Every call is a form:
 * in the address the key would show in logs.
 *
 * @see https://sabnzbd.org/wiki/configuration/5.0/api
 */
export async function wireSabnzbd(session: Session): Promise<void> {
  const app = "sabnzbd";
  const client = createClient(targetOf(session, app).url, {});
  const apikey = keyOf(session, app);
  const call = async (values: Readonly<Record<string, string>>): Promise<unknown> => {
    const form = { ...values, apikey, output: "json" };
    const answer = fieldsOf(await client.ask("/api", { method: "POST", form }));
    const error = textOf(answer["error"]);
    if (error === "") return answer["config"];
    throw new Refusal(`mode ${values["mode"] ?? ""}: ${error}`, 200, undefined);
  };
  const categories = fieldsOf(await call({ mode: "get_config", section: "categories" }));
  const known = listOf(categories["categories"]).map(({ name }) => textOf(name));
  for (const category of categoriesOf(session.spec, app)) {
    if (known.includes(category)) {
      session.kept(app);
      continue;
    }
    const row = { section: "categories", keyword: category, name: category, dir: category };
    await call({ mode: "set_config", ...row });
    session.changed(app, `created category ${category}`);
  }
  await keepSabnzbdLogin(session, call);
}

async function keepSabnzbdLogin(
  session: Session,
  call: (values: Readonly<Record<string, string>>) => Promise<unknown>,
): Promise<void> {
  const app = "sabnzbd";
  const { webUser } = session.spec;
  if (webUser === undefined) return;
  const password = keyOf(session, "web");
  const found = fieldsOf(await call({ mode: "get_config", section: "misc", keyword: "username" }));
  const username = textOf(fieldsOf(found["misc"])["username"]);
  if (username !== "" && username !== webUser) {
    session.note(app, "its web page has a user of its own, left alone");
    return;
  }
  if (username === webUser && (await opens(session, webUser, password))) {
    session.kept(app);
    return;
  }
  // The password first: a user without one would be let in by any.
  for (const [keyword, value] of [
    ["password", password],
    ["username", webUser],
  ] as const) {
    await call({ mode: "set_config", section: "misc", keyword, value });
  }
  session.changed(app, `set the password of ${webUser}`);
}

/** Whether a name and a password open SABnzbd's page: it then leads on, and else asks again. */
async function opens(session: Session, username: string, password: string): Promise<boolean> {
  const client = createClient(targetOf(session, "sabnzbd").url, {});
  const form = { username, password };
  const { status } = await client.send("/login/", { method: "POST", form });
  return status >= 300 && status < 400;
}
