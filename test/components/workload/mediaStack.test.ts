import assert from "node:assert/strict";
import { appProbers, pods } from "../../../catalogue/network/pods";
import { mediaApps } from "../../../catalogue/apps/media";
import { mediaSecretKeys, mediaSecrets } from "../../../catalogue/apps/mediaSecrets";
import { mediaAppNames, type MediaAppName } from "../../../catalogue/apps/names";
import {
  mediaAppSettings,
  mediaClaims,
  mediaStackSettings,
} from "../../../components/workload/mediaSettings";
import { renderDeployment } from "../../../components/workload/renderDeployment";
import { renderNetworkPolicy } from "../../../components/workload/renderNetworkPolicy";
import { renderService } from "../../../components/workload/renderService";
import { renderCommonConfig, renderNamespace } from "../../../components/workload/renderShared";
import { appSettings, mediaConfig, requiredAddresses } from "../../support/media";

/** What a manifest looks like to Kubernetes. */
function wire(manifest: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(manifest)) as Record<string, unknown>;
}

function container(app: ReturnType<typeof appSettings>) {
  const [only, ...others] = renderDeployment(app).spec.template.spec.containers;
  assert.ok(only);
  assert.equal(others.length, 0);
  return only;
}

const required: readonly (readonly [MediaAppName, number, number])[] = [
  ["plex", 32400, 4],
  ["prowlarr", 9696, 1],
  ["radarr", 7878, 2],
  ["sonarr", 8989, 2],
  ["qbittorrent", 8080, 1],
  ["lidarr", 8686, 2],
  ["overseerr", 5055, 3],
  ["sabnzbd", 8080, 1],
];

describe("media stack", () => {
  it("has exactly the required apps", () => {
    assert.deepEqual(required.map(([name]) => name).sort(), [...mediaAppNames].sort());
    assert.deepEqual(
      mediaAppSettings(mediaConfig()).map(({ row }) => row.name),
      [...mediaAppNames],
    );
  });

  for (const [name, port, wave] of required) {
    describe(name, () => {
      const app = appSettings(name);

      it("keeps its address and port", () => {
        const { metadata, spec } = renderService(app);
        assert.equal(metadata.name, name);
        assert.equal(metadata.namespace, "media");
        assert.equal(spec.type, "LoadBalancer");
        assert.equal(
          wire(metadata.annotations)["metallb.io/loadBalancerIPs"],
          requiredAddresses[name],
        );
        assert.equal(spec.ports[0]?.port, port);
      });

      it("carries the labels and annotations people filter by", () => {
        const { labels, annotations } = renderDeployment(app).metadata;
        assert.deepEqual(labels, {
          "app.kubernetes.io/name": name,
          "app.kubernetes.io/component": app.row.component,
          "app.kubernetes.io/part-of": "media-stack",
          "app.kubernetes.io/version": app.row.image.tag,
          "app.kubernetes.io/managed-by": "pulumi",
        });
        assert.ok(annotations.description.length > 0);
        assert.equal(annotations["argocd.argoproj.io/sync-wave"], String(wave));
        assert.equal(
          annotations["link.argocd.argoproj.io/external-link"],
          `http://${requiredAddresses[name]}:${String(port)}${name === "plex" ? "/web" : ""}`,
        );
      });

      it("has every probe, and requests and limits of CPU and memory", () => {
        const { startupProbe, livenessProbe, readinessProbe, resources } = container(app);
        for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
          assert.deepEqual(wire(probe)["httpGet"], { path: app.row.health.path, port: "http" });
        }
        for (const amount of [resources.requests, resources.limits]) {
          assert.ok(amount.cpu !== "" && amount.memory !== "");
        }
      });

      it("takes its secrets by reference, never as a value", () => {
        const keys = mediaSecretKeys.filter((key) => mediaSecrets[key].app === name);
        const { initContainers = [] } = renderDeployment(app).spec.template.spec;
        const references = [container(app), ...initContainers]
          .flatMap((one) => (wire(one)["env"] ?? []) as unknown[])
          .filter((entry) => "valueFrom" in wire(entry));
        assert.deepEqual(
          references.map((entry) => wire(wire(wire(entry)["valueFrom"])["secretKeyRef"])["key"]),
          keys,
        );
        assert.deepEqual(
          app.row.secrets.map(({ key }) => key),
          keys,
        );
      });

      it("runs without a token, without escalation and with baseline capabilities only", () => {
        const { spec } = renderDeployment(app).spec.template;
        assert.equal(spec.automountServiceAccountToken, false);
        const context = wire(container(app).securityContext);
        assert.equal(context["allowPrivilegeEscalation"], false);
        const { drop, add } = wire(context["capabilities"]);
        assert.deepEqual(drop, ["ALL"]);
        const baseline = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"];
        assert.deepEqual(add, baseline);
      });

      it("is replaced, never doubled: two processes would corrupt its database", () => {
        const { replicas, strategy, revisionHistoryLimit } = renderDeployment(app).spec;
        assert.deepEqual(
          { replicas, strategy, revisionHistoryLimit },
          {
            replicas: 1,
            strategy: { type: "Recreate" },
            revisionHistoryLimit: 3,
          },
        );
      });
    });
  }

  it("gives the variables the apps really read", () => {
    const variables = Object.fromEntries(
      mediaAppNames.map((name) => [name, mediaApps[name].secrets[0]?.variable]),
    );
    assert.deepEqual(variables, {
      prowlarr: "PROWLARR__AUTH__APIKEY",
      qbittorrent: "QBITTORRENT_PASSWORD",
      sabnzbd: "SABNZBD_API_KEY",
      radarr: "RADARR__AUTH__APIKEY",
      sonarr: "SONARR__AUTH__APIKEY",
      lidarr: "LIDARR__AUTH__APIKEY",
      overseerr: "API_KEY",
      plex: "PLEX_CLAIM",
    });
  });

  it("starts Plex without a claim token", () => {
    assert.equal(mediaApps.plex.secrets[0]?.optional, true);
  });

  it("gives Plex and qBittorrent the memory they were asked to have", () => {
    const memory = (name: MediaAppName): string[] => [
      mediaApps[name].requests.memory,
      mediaApps[name].limits.memory,
    ];
    assert.deepEqual(memory("plex"), ["4Gi", "8Gi"]);
    assert.deepEqual(memory("qbittorrent"), ["1Gi", "2Gi"]);
  });

  it("keeps Plex, and only Plex, off etcd nodes where there is a choice", () => {
    for (const app of mediaAppSettings(mediaConfig())) {
      const text = JSON.stringify(renderDeployment(app));
      assert.equal(text.includes("node-role.kubernetes.io/etcd"), app.row.name === "plex");
      assert.ok(!text.includes("requiredDuringScheduling"));
    }
  });

  it("opens qBittorrent's peer port for both protocols", () => {
    assert.deepEqual(
      renderService(appSettings("qbittorrent"))
        .spec.ports.filter(({ port }) => port === 6881)
        .map(({ protocol }) => protocol),
      ["TCP", "UDP"],
    );
  });

  it("shares one media mount at one path, so that hard links work", () => {
    for (const app of mediaAppSettings(mediaConfig())) {
      const mount = container(app)
        .volumeMounts.map(wire)
        .find(({ name }) => name === "media");
      if (app.row.media === "none") {
        assert.equal(mount, undefined);
      } else {
        assert.equal(mount?.["mountPath"], "/data");
        assert.equal(mount["subPath"], undefined);
      }
    }
  });

  it("gives every app a config folder of its own", () => {
    const folders = mediaAppSettings(mediaConfig()).map(({ configVolume }) => configVolume.folder);
    assert.equal(new Set(folders).size, mediaAppNames.length);
  });

  it("asks for the claims as required", () => {
    assert.deepEqual(
      mediaClaims(mediaConfig()).map(({ name, size, accessMode, storageClass }) => [
        name,
        size,
        accessMode,
        storageClass,
      ]),
      [
        ["media-storage", "10Ti", "ReadWriteMany", "nfs-client"],
        ["media-configs", "50Gi", "ReadWriteMany", "nfs-client"],
      ],
    );
  });

  it("on a host's disk gives each app a claim, so that the apps need not share a host", () => {
    for (const configClass of ["local-path", "local-path-retain"]) {
      const [, ...configs] = mediaClaims(mediaConfig({ storage: { configClass } }));
      assert.deepEqual(
        configs.map(({ name, accessMode, storageClass }) => [name, accessMode, storageClass]),
        mediaAppNames.map((name) => [`media-configs-${name}`, "ReadWriteOnce", configClass]),
      );
    }
    const media = mediaConfig({ storage: { configClass: "local-path" } });
    for (const app of mediaAppSettings(media)) {
      assert.deepEqual(app.configVolume, {
        claim: `media-configs-${app.row.name}`,
        folder: undefined,
      });
    }
  });

  it("gives all apps the same user, group and time zone", () => {
    const stack = mediaStackSettings(mediaConfig());
    const { metadata, data } = renderCommonConfig(stack);
    assert.equal(metadata.name, "media-common-config");
    assert.deepEqual(data, { PUID: "1000", PGID: "1000", TZ: "America/Los_Angeles" });
  });

  it("restarts the apps when the common environment changes", () => {
    const before = renderDeployment(appSettings("radarr")).spec.template;
    const elsewhere = mediaConfig({ timeZone: "Europe/Berlin" });
    const after = renderDeployment(appSettings("radarr", elsewhere)).spec.template;
    assert.notDeepEqual(before.metadata.annotations, after.metadata.annotations);
  });

  it("labels the namespace with its Pod Security level", () => {
    for (const level of ["privileged", "baseline", "restricted"] as const) {
      const stack = mediaStackSettings(mediaConfig({ podSecurity: level }));
      const { labels } = renderNamespace(stack).metadata;
      assert.equal(labels["pod-security.kubernetes.io/enforce"], level);
      assert.equal(labels["pod-security.kubernetes.io/audit"], level);
      assert.equal(labels["pod-security.kubernetes.io/warn"], level);
    }
  });

  it("says which apps a restricted namespace would refuse", () => {
    assert.throws(
      () => mediaAppSettings(mediaConfig({ podSecurity: "restricted" })),
      /^Error: bramble:media\.podSecurity: restricted does not admit overseerr, plex, .* choose baseline/,
    );
  });

  it("puts Seerr in Overseerr's place, name, address and key kept", () => {
    const app = appSettings("overseerr", mediaConfig({ requestManager: "seerr" }));
    const { image, name, volumeMounts } = container(app);
    assert.equal(name, "overseerr");
    assert.match(image, /^ghcr\.io\/seerr-team\/seerr:v/);
    assert.equal(wire(volumeMounts[0])["mountPath"], "/app/config");
    assert.equal(app.address, requiredAddresses.overseerr);
    assert.equal(app.row.secrets[0]?.key, "overseerr-api-key");
  });

  it("leaves a disabled app out of the other apps' flows", () => {
    const media = mediaConfig({ apps: { prowlarr: { enabled: false } } });
    const text = JSON.stringify(mediaAppSettings(media).map(renderNetworkPolicy));
    assert.ok(!text.includes("prowlarr"));
  });

  it("lets an app without an address be reached by its callers, the ingress and who probes alone", () => {
    const { spec } = renderNetworkPolicy(appSettings("radarr", mediaConfig({ apps: {} })));
    assert.deepEqual(wire(spec)["ingress"], [
      {
        from: [
          ...["prowlarr", "overseerr", "media-wiring", "media-exporters"].map((name) => ({
            podSelector: {
              matchLabels: {
                "app.kubernetes.io/name": name,
                "app.kubernetes.io/part-of": "media-stack",
              },
            },
          })),
          ...[pods.traefik, ...appProbers].map(({ namespace, labels }) => ({
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
            podSelector: { matchLabels: labels },
          })),
        ],
        ports: [{ port: 7878, protocol: "TCP" }],
      },
    ]);
  });

  it("keeps the apps from the LAN's other devices", () => {
    const { spec } = renderNetworkPolicy(appSettings("qbittorrent"));
    const blocks = JSON.stringify(spec.egress);
    for (const range of ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]) {
      assert.ok(blocks.includes(range), range);
    }
  });

  it("waits for nothing where pods cannot run", () => {
    const app = appSettings("plex", mediaConfig({ awaitReady: false }));
    for (const { metadata } of [renderDeployment(app), renderService(app)]) {
      assert.equal(wire(metadata.annotations)["pulumi.com/skipAwait"], "true");
    }
  });
});
