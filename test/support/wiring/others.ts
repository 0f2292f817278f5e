import { type FakeApp, type Fields, startApp } from "./server";
import type { World } from "./servarr";

/** qBittorrent, running. */
export interface FakeQbittorrent extends FakeApp {
  readonly preferences: Fields;
  readonly categories: Record<string, Fields>;
}

/** @see https://github.com/qbittorrent/qBittorrent/wiki/WebUI-API-(qBittorrent-5.0) */
export async function startQbittorrent(world: World): Promise<FakeQbittorrent> {
  const preferences: Fields = { save_path: "/downloads/", temp_path_enabled: true };
  const categories: Record<string, Fields> = {};
  const app = await startApp(({ method, path, form, headers }, write) => {
    if (path === "/") return { body: "<html>" };
    if (path === "/api/v2/auth/login") {
      const ok = form.get("username") === "admin" && form.get("password") === world["qbittorrent"];
      return ok
        ? { status: 204, headers: { "Set-Cookie": "QBT_SID_8080=abc; HttpOnly; path=/" } }
        : { status: 401, body: "Unauthorized" };
    }
    if (headers["cookie"] !== "QBT_SID_8080=abc") return { status: 403, body: "Forbidden" };
    if (method === "POST") write();
    switch (path) {
      case "/api/v2/app/preferences":
        return { body: preferences };
      case "/api/v2/app/setPreferences":
        Object.assign(preferences, JSON.parse(form.get("json") ?? "{}") as Fields);
        return { body: "" };
      case "/api/v2/torrents/categories":
        return { body: categories };
      case "/api/v2/torrents/createCategory":
        categories[form.get("category") ?? ""] = { savePath: form.get("savePath") };
        return { body: "" };
      default:
        return { status: 404, body: "Not Found" };
    }
  });
  return { ...app, preferences, categories };
}

/** SABnzbd, running. */
export interface FakeSabnzbd extends FakeApp {
  readonly misc: Record<string, string>;
  readonly categories: Fields[];
}

/** Every answer is 200, refusals too. @see https://sabnzbd.org/wiki/configuration/5.0/api */
export async function startSabnzbd(world: World, port?: number): Promise<FakeSabnzbd> {
  const misc: Record<string, string> = { username: "", password: "" };
  const categories: Fields[] = [{ name: "*", dir: "" }];
  const app = await startApp(({ path, form, query }, write) => {
    if (path === "/login/") {
      const same = ["username", "password"].every((key) => form.get(key) === misc[key]);
      return same ? { status: 303, headers: { Location: "/sabnzbd/" } } : { body: "<html>" };
    }
    const value = (key: string): string => form.get(key) ?? query.get(key) ?? "";
    if (value("mode") === "version") return { body: { version: "5.1.3" } };
    if (value("apikey") !== world["sabnzbd"]) {
      return { body: { status: false, error: "API Key Incorrect" } };
    }
    if (value("mode") === "set_config") {
      write();
      const keyword = value("keyword");
      if (value("section") === "categories") categories.push({ name: keyword, dir: value("dir") });
      else misc[keyword] = value("value");
    }
    return value("section") === "categories"
      ? { body: { config: { categories } } }
      : { body: { config: { misc: { [value("keyword")]: misc[value("keyword")] } } } };
  }, port);
  return { ...app, misc, categories };
}

/** Plex, running. */
export interface FakePlex extends FakeApp {
  readonly sections: Fields[];
  claimed: boolean;
}

/** @see https://plexapi.dev */
export async function startPlex(world: World, claimed = true): Promise<FakePlex> {
  const state = { claimed };
  const sections: Fields[] = [];
  const app = await startApp(({ method, path, query, headers }, write) => {
    if (path === "/identity") return { body: { MediaContainer: { claimed: state.claimed } } };
    if (headers["x-plex-token"] !== world["plex"]) return { status: 401, body: "<html>" };
    if (method === "POST") {
      write();
      const wanted = Object.fromEntries(query);
      sections.push({ ...wanted, Location: [{ path: query.get("location") }] });
      return { status: 201, body: {} };
    }
    return { body: { MediaContainer: { Directory: sections } } };
  });
  return Object.defineProperty({ ...app, sections, claimed }, "claimed", {
    get: () => state.claimed,
    set: (value: boolean) => {
      state.claimed = value;
    },
  });
}

/** Overseerr, running. */
export interface FakeOverseerr extends FakeApp {
  readonly servers: Record<"radarr" | "sonarr", Fields[]>;
  readonly plex: Fields & { libraries: Fields[] };
  readonly settings: { initialized: boolean; user: boolean };
}

/**
 * Before its first user signed in its key opens nothing; a body with an id is refused.
 *
 * @see https://github.com/sct/overseerr/blob/develop/overseerr-api.yml
 */
export async function startOverseerr(world: World): Promise<FakeOverseerr> {
  const servers: FakeOverseerr["servers"] = { radarr: [], sonarr: [] };
  const plex: FakeOverseerr["plex"] = { ip: "", port: 32400, libraries: [] };
  const settings = { initialized: false, user: false };
  const known = [{ id: "1", name: "Movies" }];
  const app = await startApp(({ method, path, query, headers, json }, write) => {
    const place = path.replace("/api/v1/", "");
    const sent = (json ?? {}) as Fields;
    if (place === "status") return { body: { version: "1" } };
    if (place === "settings/public") return { body: { initialized: settings.initialized } };
    if (place === "auth/plex") {
      if (sent["authToken"] !== world["plex"]) return { status: 500, body: { message: "Unable" } };
      write();
      settings.user = true;
      return { body: { id: 1 } };
    }
    if (headers["x-api-key"] !== world["overseerr"] || !settings.user) {
      return { status: 403, body: { status: 403, error: "You do not have permission" } };
    }
    if (place === "auth/me") return { body: { id: 1 } };
    if (place === "settings/plex") {
      if (method === "POST") {
        write();
        Object.assign(plex, sent);
      }
      return { body: plex };
    }
    if (place === "settings/plex/library") {
      write();
      const enabled = (query.get("enable") ?? "").split(",");
      plex.libraries = known.map((one) => ({ ...one, enabled: enabled.includes(one.id) }));
      return { body: plex.libraries };
    }
    if (place === "settings/initialize") {
      write();
      settings.initialized = true;
      return { body: settings };
    }
    const [, kind, id] = place.split("/");
    if (kind !== "radarr" && kind !== "sonarr") return { status: 404, body: { message: "?" } };
    if (method === "GET") return { body: servers[kind] };
    if (id === "test") {
      if (sent["apiKey"] !== world[kind])
        return { status: 500, body: { message: "Failed to connect" } };
      return { body: { profiles: [{ id: 4, name: "HD-1080p" }], rootFolders: [], tags: [] } };
    }
    if ("id" in sent) return { status: 400, body: { message: "request/body/id is read-only" } };
    write();
    if (method === "POST") servers[kind].push({ ...sent, id: servers[kind].length });
    else servers[kind][Number(id)] = { ...sent, id: Number(id) };
    return { status: 201, body: sent };
  });
  return { ...app, servers, plex, settings };
}
