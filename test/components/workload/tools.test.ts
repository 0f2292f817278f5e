import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mediaApps } from "../../../catalogue/apps/media";
import { mediaExporters } from "../../../catalogue/apps/mediaExporters";
import { mediaDownloads, mediaLibraries, mediaLinks } from "../../../catalogue/apps/mediaLinks";
import { mediaAppSettings } from "../../../components/workload/mediaSettings";
import { renderDeployment } from "../../../components/workload/renderDeployment";
import {
  renderExporters,
  renderExportersAccount,
  renderExportersPolicy,
  renderPodMonitor,
} from "../../../components/workload/renderExporters";
import { renderLoginShell } from "../../../components/workload/renderShared";
import {
  renderWiringAccount,
  renderWiringConfig,
  renderWiringCronJob,
  renderWiringJob,
  renderWiringPolicy,
} from "../../../components/workload/renderWiring";
import { wiringSpec } from "../../../components/workload/wiringSpec";
import { mediaStackSettings } from "../../../components/workload/mediaSettings";
import { matchesGolden, matchesGoldenYaml } from "../../support/golden";
import { appSettings, mediaConfig } from "../../support/media";

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields => value as Fields;
const list = (value: unknown): Fields[] => (value ?? []) as Fields[];

/** The pods of the tools, by name. */
function toolPods(): Map<string, Fields> {
  const media = mediaConfig();
  return new Map([
    ["wiring", fields(renderWiringJob(media).spec.template.spec)],
    ["wiring by the clock", fields(renderWiringCronJob(media).spec.jobTemplate.spec.template.spec)],
    ["exporters", fields(renderExporters(media).spec.template.spec)],
  ]);
}

/** The digest of the scripts changes with every word in them. */
function withoutDigest(manifest: unknown): unknown {
  const text = JSON.stringify(manifest).replace(/("checksum\/config":)"[0-9a-f]+"/, '$1"(digest)"');
  return JSON.parse(text) as unknown;
}

describe("tools of the media stack", () => {
  it("are as reviewed", () => {
    const media = mediaConfig();
    matchesGoldenYaml("media/wiring/job.yaml", withoutDigest(renderWiringJob(media)));
    matchesGoldenYaml("media/wiring/cron-job.yaml", withoutDigest(renderWiringCronJob(media)));
    matchesGoldenYaml("media/wiring/network-policy.yaml", renderWiringPolicy(media));
    matchesGoldenYaml("media/wiring/service-account.yaml", renderWiringAccount(media));
    matchesGoldenYaml("media/wiring/login.yaml", renderLoginShell(mediaStackSettings(media)));
    matchesGolden("media/wiring/wiring.json", renderWiringConfig(media).data["wiring.json"]);
    matchesGoldenYaml("media/exporters/deployment.yaml", renderExporters(media));
    matchesGoldenYaml("media/exporters/network-policy.yaml", renderExportersPolicy(media));
    matchesGoldenYaml("media/exporters/service-account.yaml", renderExportersAccount(media));
    matchesGoldenYaml("media/exporters/pod-monitor.yaml", renderPodMonitor(media));
  });

  for (const [name, pod] of toolPods()) {
    it(`${name}: passes the strictest level, holds no token, and has requests and limits`, () => {
      assert.equal(pod["automountServiceAccountToken"], false);
      assert.equal(fields(pod["securityContext"])["runAsNonRoot"], true);
      for (const container of list(pod["containers"])) {
        const context = fields(container["securityContext"]);
        assert.equal(context["readOnlyRootFilesystem"], true);
        assert.equal(context["allowPrivilegeEscalation"], false);
        assert.deepEqual(context["capabilities"], { drop: ["ALL"] });
        for (const amounts of Object.values(fields(container["resources"]))) {
          assert.deepEqual(Object.keys(fields(amounts)).sort(), ["cpu", "memory"]);
        }
        for (const { name: variable, value } of list(container["env"])) {
          const isSecret = /KEY|PASSWORD/.test(String(variable));
          assert.ok(!isSecret || value === undefined, `${String(variable)} is by reference`);
        }
      }
    });
  }

  it("the wiring sends every script, and what they are to do", () => {
    const folder = join(__dirname, "..", "..", "..", "components", "workload", "wiring");
    const data: Readonly<Record<string, string>> = renderWiringConfig(mediaConfig()).data;
    for (const name of readdirSync(folder)) {
      assert.equal(data[name], readFileSync(join(folder, name), "utf8"), name);
    }
    const size = Object.values(data).join("").length;
    assert.ok(size < 500_000, `a ConfigMap takes 1 MiB; this one has ${String(size)} bytes`);
  });

  it("the wiring runs again when what is declared changes", () => {
    const annotations = (changes: Fields) =>
      renderWiringJob(mediaConfig(changes)).spec.template.metadata.annotations;
    assert.deepEqual(annotations({}), annotations({}));
    assert.notDeepEqual(annotations({}), annotations({ apps: { lidarr: { enabled: false } } }));
    assert.notDeepEqual(annotations({}), annotations({ login: { user: "someone" } }));
  });

  it("the exporters of apps that are off are not there", () => {
    const media = mediaConfig({ apps: { radarr: { enabled: false } } });
    const names = list(renderExporters(media).spec.template.spec.containers).map(
      ({ name }) => name,
    );
    assert.deepEqual(
      names,
      mediaExporters.map(({ app }) => app).filter((app) => app !== "radarr"),
    );
    assert.ok(!JSON.stringify(renderExportersPolicy(media)).includes("radarr"));
  });

  it("have ports of their own, which Prometheus may reach", () => {
    assert.equal(new Set(mediaExporters.map(({ port }) => port)).size, mediaExporters.length);
    const [rule] = renderExportersPolicy(mediaConfig()).spec.ingress;
    assert.deepEqual(
      rule?.ports.map(({ port }) => port),
      mediaExporters.map(({ port }) => port),
    );
  });
});

describe("links between the media apps", () => {
  it("go where the network lets the app go", () => {
    for (const { from, to } of mediaLinks) {
      assert.ok(mediaApps[from].calls.includes(to), `${from} may not call ${to}`);
    }
  });

  it("are all that was asked for", () => {
    const count = (as: string) => mediaLinks.filter((link) => link.as === as).length;
    assert.deepEqual(
      ["application", "downloadClient", "notification", "mediaServer", "server"].map(count),
      [3, 8, 3, 1, 2],
    );
  });

  it("of an app that is off are dropped, with its library and its folders", () => {
    const spec = wiringSpec(
      mediaConfig({ apps: { sabnzbd: { enabled: false }, lidarr: { enabled: false } } }),
    );
    const text = JSON.stringify(spec);
    assert.ok(!text.includes("sabnzbd"));
    assert.ok(!text.includes("lidarr"));
    assert.ok(!text.includes("usenet"));
    assert.ok(!text.includes("/data/media/music"));
  });

  it("leave the pages alone where something else asks for a password", () => {
    assert.equal(wiringSpec(mediaConfig({ login: { method: "external" } })).webUser, undefined);
  });
});

describe("hard links", () => {
  it("are possible: downloads and libraries lie in one volume, on one mount, in every app", () => {
    const seen = new Set<string>();
    for (const app of mediaAppSettings(mediaConfig())) {
      const { volumes, containers } = renderDeployment(app).spec.template.spec;
      const claims = new Map(
        list(volumes).map(({ name, persistentVolumeClaim }) => [
          name,
          fields(persistentVolumeClaim ?? {})["claimName"],
        ]),
      );
      const mounts = list(containers[0]?.volumeMounts).filter(
        ({ name }) => claims.get(name) === "media-storage",
      );
      if (app.row.media === "none") assert.deepEqual(mounts, []);
      else {
        assert.equal(mounts.length, 1, `${app.row.name} mounts the volume once`);
        assert.equal(mounts[0]?.["subPath"], undefined, app.row.name);
        seen.add(String(mounts[0]?.["mountPath"]));
      }
    }
    assert.deepEqual([...seen], ["/data"]);
    const folders = [
      ...mediaLibraries.map(({ folder }) => folder),
      ...mediaDownloads.flatMap(({ complete, incomplete = complete }) => [complete, incomplete]),
    ];
    assert.ok(folders.every((folder) => folder.startsWith("/data/")));
  });

  it("are what the wiring turns on, in the folders that it made", () => {
    const { containers } = renderWiringJob(mediaConfig()).spec.template.spec;
    const mount = list(containers[0]?.volumeMounts).find(({ name }) => name === "media");
    assert.deepEqual(mount, { name: "media", mountPath: "/data" });
  });
});

describe("hardware transcoding", () => {
  const plex = (transcoding: Fields) =>
    renderDeployment(appSettings("plex", mediaConfig({ transcoding }))).spec.template.spec;

  it("by a device of the node takes a privileged container on a node that has it", () => {
    const { volumes, containers, nodeSelector } = plex({
      device: "/dev/dri",
      nodeLabels: { gpu: "intel" },
    });
    assert.deepEqual(
      list(volumes).find(({ name }) => name === "device"),
      { name: "device", hostPath: { path: "/dev/dri" } },
    );
    assert.deepEqual(fields(containers[0]?.securityContext), { privileged: true });
    assert.deepEqual(nodeSelector, { gpu: "intel" });
  });

  it("by a device plugin takes no privilege", () => {
    const { volumes, containers } = plex({ resource: "gpu.intel.com/i915" });
    assert.ok(!JSON.stringify(volumes).includes("hostPath"));
    assert.equal(fields(containers[0]?.resources.limits)["gpu.intel.com/i915"], "1");
    assert.notEqual(fields(containers[0]?.securityContext)["privileged"], true);
  });

  it("is Plex's alone", () => {
    const media = mediaConfig({ transcoding: { device: "/dev/dri" } });
    for (const app of mediaAppSettings(media).filter(({ row }) => row.name !== "plex")) {
      assert.ok(!JSON.stringify(renderDeployment(app)).includes("/dev/dri"), app.row.name);
    }
  });
});
