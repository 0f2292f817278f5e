import assert from "node:assert/strict";
import { mediaLinks } from "../../../../catalogue/apps/mediaLinks";
import type { AppResult } from "../../../../components/workload/wiring/wire.ts";
import { type FakeSabnzbd, startSabnzbd } from "../../../support/wiring/others";
import { startStack } from "../../../support/wiring/stack";

type Stack = Awaited<ReturnType<typeof startStack>>;

function failuresOf(results: readonly AppResult[]): string[] {
  return results.flatMap(({ app, failure }) =>
    failure === undefined ? [] : [`${app}: ${failure}`],
  );
}

/** The names of the entries of a list of an app. */
function names(stack: Stack, app: "prowlarr" | "radarr" | "sonarr" | "lidarr", list: string) {
  return (stack.apps[app].entries[list] ?? []).map((entry) => entry["name"]).sort();
}

function fieldOf(
  stack: Stack,
  app: "prowlarr" | "radarr",
  list: string,
  name: string,
  key: string,
) {
  const entry = stack.apps[app].entries[list]?.find((one) => one["name"] === name);
  return entry?.fields.find((field) => field.name === key)?.value;
}

// These servers speak the parts of the APIs that the wiring uses, as their sources have them. They do
// not show that a release of an app still does.
describe("wiring of the media apps", function () {
  this.timeout(30_000);
  let stack: Stack;
  const begin = async (options: Parameters<typeof startStack>[0] = {}) => {
    stack = await startStack(options);
  };
  afterEach(() => stack.stop());

  it("makes every declared link at first, and changes nothing after that", async () => {
    await begin();
    assert.deepEqual(failuresOf(await stack.run()), []);

    assert.deepEqual(names(stack, "prowlarr", "applications"), ["Lidarr", "Radarr", "Sonarr"]);
    for (const app of ["prowlarr", "radarr", "sonarr", "lidarr"] as const) {
      assert.deepEqual(names(stack, app, "downloadclient"), ["SABnzbd", "qBittorrent"], app);
    }
    for (const app of ["radarr", "sonarr", "lidarr"] as const) {
      assert.deepEqual(names(stack, app, "notification"), ["Plex"], app);
      assert.equal(stack.apps[app].management["copyUsingHardlinks"], true, app);
      assert.equal(stack.apps[app].host["username"], "bramble", app);
    }
    const { apps } = stack;
    assert.equal(apps.prowlarr.entries["applications"]?.[0]?.["syncLevel"], "fullSync");
    assert.deepEqual(apps.radarr.rootFolders, [{ path: "/data/media/movies" }]);
    assert.equal(apps.lidarr.rootFolders[0]?.["defaultQualityProfileId"], 7);
    assert.equal(apps.radarr.entries["notification"]?.[0]?.["onDownload"], true);
    assert.equal(apps.radarr.entries["downloadclient"]?.[0]?.["enable"], true);
    assert.equal(apps.qbittorrent.preferences["save_path"], "/data/torrents");
    assert.deepEqual(Object.keys(apps.qbittorrent.categories).sort(), [
      ...["movies", "music", "prowlarr", "tv"],
    ]);
    assert.deepEqual(
      apps.plex.sections.map((one) => [one["name"], one["type"], one["location"]]),
      [
        ["Movies", "movie", "/data/media/movies"],
        ["TV Shows", "show", "/data/media/tv"],
        ["Music", "artist", "/data/media/music"],
      ],
    );
    assert.equal(apps.overseerr.servers.radarr[0]?.["activeDirectory"], "/data/media/movies");
    assert.equal(apps.overseerr.servers.sonarr[0]?.["activeProfileName"], "HD-1080p");
    assert.deepEqual(apps.overseerr.settings, { initialized: true, user: true });

    stack.forget();
    const again = await stack.run();
    assert.deepEqual(failuresOf(again), []);
    assert.deepEqual(stack.writes(), []);
    assert.ok(again.every(({ changes }) => changes === 0));
    assert.ok(again.reduce((sum, { kept }) => sum + kept, 0) > mediaLinks.length);
  });

  it("leaves alone what a person added, and how he set what is not declared", async () => {
    await begin({ radarrUser: "someone" });
    await stack.run();
    const { radarr, overseerr } = stack.apps;
    radarr.entries["downloadclient"]?.push({
      ...{ id: 9, name: "Seedbox", implementation: "QBittorrent", enable: true },
      fields: [{ name: "host", value: "seedbox.example.org" }],
    });
    const [client] = radarr.entries["downloadclient"] ?? [];
    Object.assign(client ?? {}, { enable: false, priority: 5 });
    radarr.rootFolders.push({ path: "/data/media/4k" });
    overseerr.servers.radarr.push({ id: 1, name: "4K", hostname: "elsewhere", is4k: true });
    stack.forget();

    assert.deepEqual(failuresOf(await stack.run()), []);
    assert.deepEqual(stack.writes(), []);
    assert.equal(radarr.host["username"], "someone");
    assert.deepEqual([client?.["enable"], client?.["priority"]], [false, 5]);
    assert.ok(stack.lines.some((line) => line.includes("a user of its own, left alone")));
  });

  it("puts back what is declared and was changed, and no more", async () => {
    await begin();
    await stack.run();
    const [client] = stack.apps.radarr.entries["downloadclient"] ?? [];
    const category = client?.fields.find(({ name }) => name === "movieCategory");
    if (category !== undefined) category.value = "films";
    stack.forget();

    await stack.run();
    assert.deepEqual(stack.writes(), ["radarr PUT /api/v3/downloadclient/1"]);
    assert.equal(
      fieldOf(stack, "radarr", "downloadclient", "qBittorrent", "movieCategory"),
      "movies",
    );
    assert.equal(
      client?.fields.find(({ name }) => name === "password")?.value,
      stack.world["qbittorrent"],
    );
  });

  it("takes an entry that a person made by the app's address for its own", async () => {
    await begin();
    await stack.run();
    const [client] = stack.apps.radarr.entries["downloadclient"] ?? [];
    Object.assign(client ?? {}, { name: "my torrents" });
    const host = client?.fields.find(({ name }) => name === "host");
    if (host !== undefined) host.value = "10.69.1.158";
    await stack.run();
    assert.deepEqual(names(stack, "radarr", "downloadclient"), ["SABnzbd", "my torrents"]);
  });

  it("hands a rotated key to whoever uses it, and writes nothing else", async () => {
    await begin();
    await stack.run();
    stack.forget();
    stack.world["radarr"] = "rotated-key-of-radarr";
    assert.deepEqual(failuresOf(await stack.run()), []);
    assert.deepEqual(stack.writes(), [
      "prowlarr PUT /api/v1/applications/1",
      "overseerr PUT /api/v1/settings/radarr/0",
    ]);
    assert.equal(
      fieldOf(stack, "prowlarr", "applications", "Radarr", "apiKey"),
      "rotated-key-of-radarr",
    );
  });

  it("sets a rotated password of the web pages", async () => {
    await begin();
    await stack.run();
    stack.forget();
    stack.world["web"] = "rotated-password-of-pages";
    assert.deepEqual(failuresOf(await stack.run()), []);
    assert.equal(stack.apps.sabnzbd.misc["password"], "rotated-password-of-pages");
    assert.equal(stack.writes().filter((one) => one.includes("/config/host/1")).length, 4);
  });

  it("stores a link that the app merely warns about", async () => {
    await begin();
    const links = stack.spec.links.map((link) =>
      link.from === "radarr" && link.to === "sabnzbd" ? { ...link, category: "warned" } : link,
    );
    assert.deepEqual(failuresOf(await stack.run({ spec: { ...stack.spec, links } })), []);
    assert.deepEqual(names(stack, "radarr", "downloadclient"), ["SABnzbd", "qBittorrent"]);
  });

  it("waits for an app that is late, with one line however long it takes", async () => {
    await begin();
    const { url, close } = stack.apps.sabnzbd;
    await close();
    let late: Promise<FakeSabnzbd> | undefined;
    const told: string[] = [];
    const results = await stack.run({
      patienceSeconds: 20,
      print: (line) => {
        if (!line.startsWith("sabnzbd: waiting")) return;
        told.push(line);
        late = startSabnzbd(stack.world, Number(new URL(url).port));
      },
    });
    const sabnzbd = await late;
    await sabnzbd?.close();
    assert.deepEqual(failuresOf(results), []);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /does not answer: \w+$/);
    assert.ok(sabnzbd?.categories.some(({ name }) => name === "movies"));
  });

  it("gives up on an app that never comes, and wires the others", async () => {
    await begin();
    await stack.apps.sabnzbd.close();
    const results = await stack.run();
    assert.match(failuresOf(results).join(), /^sabnzbd: http:\S+ does not answer: \w+$/);
    assert.ok(stack.apps.plex.sections.length > 0);
  });

  it("tells a refusal in the app's own words, and wires the others", async () => {
    await begin();
    const libraries = stack.spec.libraries.map((one) => ({
      ...one,
      folder: "/data/media/nowhere",
    }));
    const keys = { ...stack.world, prowlarr: "a-wrong-key" };
    const results = await stack.run({ spec: { ...stack.spec, libraries }, keys });
    const failures = failuresOf(results).join("\n");
    assert.match(
      failures,
      /^radarr: POST \/api\/v3\/rootfolder: HTTP 400: Path: Path does not exist$/m,
    );
    assert.match(
      failures,
      /^prowlarr: GET \/api\/v1\/config\/host: HTTP 401: the key or password is not the app's$/m,
    );
    assert.equal(results.find(({ app }) => app === "qbittorrent")?.failure, undefined);
  });

  it("says what a person does once, and goes on when he did", async () => {
    await begin({ claimed: false });
    const results = await stack.run();
    assert.deepEqual(failuresOf(results), []);
    assert.deepEqual(
      results.filter(({ person }) => person.length > 0).map(({ app }) => app),
      ["plex", "overseerr"],
    );
    assert.deepEqual(names(stack, "radarr", "notification"), []);
    stack.apps.plex.claimed = true;
    const after = await stack.run();
    assert.deepEqual(failuresOf(after), []);
    assert.ok(after.every(({ person }) => person.length === 0));
    assert.deepEqual(names(stack, "radarr", "notification"), ["Plex"]);
    assert.equal(stack.apps.overseerr.settings.initialized, true);
  });

  it("drops the links of an app that is off, and needs no key of it", async () => {
    await begin();
    const { sabnzbd, ...apps } = stack.spec.apps;
    assert.ok(sabnzbd);
    const links = stack.spec.links.filter(({ to }) => to !== "sabnzbd");
    const results = await stack.run({
      spec: { ...stack.spec, apps, links },
      keys: { ...stack.world, sabnzbd: undefined },
    });
    assert.deepEqual(failuresOf(results), []);
    assert.deepEqual(names(stack, "radarr", "downloadclient"), ["qBittorrent"]);
  });

  it("prints no secret, whatever happens", async () => {
    await begin();
    await stack.run();
    stack.world["web"] = "another-password-of-pages";
    await stack.run({ keys: { ...stack.world, radarr: "a-wrong-key-of-radarr" } });
    await stack.run();
    const text = stack.lines.join("\n");
    assert.ok(stack.lines.length > 20);
    for (const secret of [...Object.values(stack.world), "a-wrong-key-of-radarr"]) {
      assert.ok(!text.includes(secret), secret);
    }
  });
});
