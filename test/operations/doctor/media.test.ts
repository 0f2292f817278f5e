import assert from "node:assert/strict";
import { configSchema } from "../../../config/schema";
import type { Kubectl } from "../../../operations/cluster/kubectl";
import { exitCodeOf } from "../../../operations/doctor/examine";
import { reachedFrom } from "../../../operations/doctor/media/addresses";
import { readKeys } from "../../../operations/doctor/media/keys";
import { examineMedia } from "../../../operations/doctor/media/media";
import { renderExamined } from "../../../operations/doctor/report";
import { requiredAddresses } from "../../support/media";
import { startStack } from "../../support/wiring/stack";

type Stack = Awaited<ReturnType<typeof startStack>>;

const config = configSchema.parse({
  media: {
    apps: Object.fromEntries(
      Object.entries(requiredAddresses).map(([name, address]) => [name, { address }]),
    ),
  },
});

/** The doctor's look at apps that run here. */
async function look(stack: Stack, keys: () => Promise<Record<string, string>>) {
  const reached = reachedFrom(config.media).map((one) => ({
    ...one,
    url: stack.apps[one.app as keyof typeof stack.apps].url,
  }));
  const examined = await examineMedia({ config, reached, keys });
  const text = renderExamined("home", examined, true);
  return { examined, text, code: exitCodeOf(examined) };
}

describe("doctor of the media stack", function () {
  this.timeout(30_000);
  let stack: Stack;
  beforeEach(async () => {
    stack = await startStack();
    await stack.run();
    // In a cluster the links carry the apps' names there.
    for (const app of ["prowlarr", "radarr", "sonarr", "lidarr"] as const) {
      for (const entries of Object.values(stack.apps[app].entries)) {
        for (const { fields, implementation } of entries) {
          const name = implementation === "PlexServer" ? "plex" : implementation.toLowerCase();
          for (const field of fields) {
            if (field.name === "host") field.value = name;
            if (field.name === "baseUrl") field.value = `http://${name}:1`;
          }
        }
      }
    }
    for (const [name, servers] of Object.entries(stack.apps.overseerr.servers)) {
      for (const server of servers) server["hostname"] = name;
    }
    stack.apps.overseerr.plex["ip"] = "plex";
    stack.forget();
  });
  afterEach(() => stack.stop());
  const keys = () => Promise.resolve(stack.world);

  it("finds a wired stack well, from the request to the library, and changes nothing", async () => {
    const { text, code } = await look(stack, keys);
    assert.equal(code, 0, text);
    assert.match(text, /^addresses: 8 ok$/m);
    for (const [from, to] of [
      ["overseerr", "radarr"],
      ["radarr", "qbittorrent"],
      ["radarr", "/data/media/movies"],
      ["radarr", "plex"],
      ["prowlarr", "lidarr"],
    ]) {
      assert.match(text, new RegExp(`ok +${String(from)} → ${String(to)} `));
    }
    assert.ok(!text.includes("FAIL"));
    assert.deepEqual(stack.writes(), []);
    for (const secret of Object.values(stack.world)) assert.ok(!text.includes(secret));
  });

  it("tells which app does not know the next one, and which key is wrong", async () => {
    stack.apps.radarr.entries["downloadclient"] = [];
    stack.world["lidarr"] = "another-key-of-lidarr";
    stack.apps.sonarr.rootFolders.length = 0;
    const { text, code } = await look(stack, keys);
    assert.equal(code, 1);
    assert.match(text, /FAIL +radarr → qbittorrent +it does not know qbittorrent/);
    assert.match(text, /FAIL +prowlarr → lidarr .*API Key is invalid/);
    assert.match(text, /FAIL +sonarr → \/data\/media\/tv +it is no root folder/);
    assert.match(
      text,
      /→ see what the wiring says: kubectl logs --namespace media job\/media-wiring/,
    );
  });

  it("tells an address that does not answer", async () => {
    await stack.apps.sabnzbd.close();
    const { text, code } = await look(stack, keys);
    assert.equal(code, 1);
    assert.match(text, /FAIL +sabnzbd http:\S+ +no answer: \w+/);
    assert.match(text, /^addresses: 7 ok, 1 fail$/m);
  });

  it("looks at the addresses alone where it cannot have the keys", async () => {
    const { text, code } = await look(stack, () => Promise.reject(new Error("kubectl is missing")));
    assert.equal(code, 0);
    assert.match(text, /\? +the apps' keys +kubectl is missing/);
  });

  it("says of an app without an address that it cannot be seen from here", async () => {
    const bare = configSchema.parse({});
    const [addresses] = await examineMedia({ config: bare, keys: () => Promise.resolve({}) });
    assert.ok(addresses?.findings.every(({ state }) => state === "unknown"));
  });

  it("reads the keys from the cluster's Secrets, by kubectl", async () => {
    const encode = (text: string) => Buffer.from(text).toString("base64");
    const kubectl: Kubectl = (args) =>
      Promise.resolve(
        JSON.stringify({
          data:
            args[2] === "media-web-login"
              ? { password: encode("pages") }
              : { "radarr-api-key": encode("r"), "plex-claim-token": encode("never") },
        }),
      );
    const found = await readKeys(kubectl, config.media);
    assert.equal(found["radarr"], "r");
    assert.equal(found["web"], "pages");
    assert.equal(found["plex"], undefined);
  });
});
