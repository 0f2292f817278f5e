import assert from "node:assert/strict";
import { blackboxConfig, blackboxService, renderProbe } from "../../../components/ops/blackbox";
import type { Endpoint } from "../../../components/ops/endpoint";
import { endpoints } from "../../../components/ops/endpoints";
import { statusPageConfig, statusPageService } from "../../../components/ops/statusPage";
import {
  renderDeployment,
  renderService,
  renderServiceAccount,
} from "../../../components/service/render";
import { type Config, configSchema } from "../../../config/schema";
import { matchesGoldenYaml } from "../../support/golden";
import { ownCluster } from "../../support/program";

const config = configSchema.parse({
  ...ownCluster,
  media: { apps: { plex: { address: "10.69.1.154" } } },
  ops: { probes: { gateway: "10.69.1.1", dnsServers: ["10.69.1.2"] } },
});

const served = [{ host: "grafana", hostName: "grafana.home.arpa", path: "/" }];

function rowsOf(of: Config = config): Endpoint[] {
  return endpoints({ config: of, served, nfsServer: "10.69.1.5" });
}

function named(rows: readonly Endpoint[], name: string): Endpoint {
  return rows.find((row) => row.name === name) ?? assert.fail(`no endpoint ${name}`);
}

describe("the endpoints that are looked at", () => {
  const rows = rowsOf();

  it("are every app, every name, each server's API, and what all stand on", () => {
    assert.deepEqual(
      rows.map(({ name }) => name),
      [
        ...["prowlarr", "qbittorrent", "sabnzbd", "radarr", "sonarr", "lidarr", "overseerr"],
        ...["plex", "name-grafana", "api", "api-pi-1", "api-pi-2", "api-pi-3"],
        ...["nfs", "gateway", "dns-10-69-1-2", "internet-www-gstatic-com"],
      ],
    );
  });

  it("are asked at the address people use, or inside the cluster where there is none", () => {
    const url = (name: string) => {
      const { check } = named(rows, name);
      return check.kind === "http" ? check.url : assert.fail(check.kind);
    };
    assert.equal(url("plex"), "http://10.69.1.154:32400/identity");
    assert.equal(url("radarr"), "http://radarr.media.svc:7878/ping");
    assert.equal(url("name-grafana"), "https://10.69.1.150/");
    assert.equal(url("api"), "https://10.69.1.10:6443/livez");
  });

  it("take Traefik's own 404 for a missing route, not for an answer", () => {
    const { check } = named(rows, "name-grafana");
    assert.ok(check.kind === "http" && check.statusCodes.includes(401));
    assert.ok(!check.statusCodes.includes(404));
  });

  it("leave out dead servers, other people's clusters and apps that are off", () => {
    const off = { plex: { enabled: false } };
    const { hosts, ...rest } = ownCluster;
    const gone = [hosts[0], hosts[1], { ...hosts[2], state: "gone" }, hosts[3]];
    const names = rowsOf(configSchema.parse({ ...rest, hosts: gone, media: { apps: off } })).map(
      ({ name }) => name,
    );
    assert.ok(!names.includes("plex"));
    assert.ok(!names.includes("api-pi-3"));
    const existing = configSchema.parse({ cluster: { source: "existing" } });
    assert.ok(!rowsOf(existing).some(({ app }) => app === "kubernetes-api"));
  });

  it("have names that Kubernetes takes, each once", () => {
    const names = rows.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });
});

describe("the probes", () => {
  const rows = rowsOf();

  it("are the reviewed ones", () => {
    const service = blackboxService(rows);
    matchesGoldenYaml("ops/blackbox-config.yaml", blackboxConfig(rows));
    matchesGoldenYaml("ops/probes.yaml", rows.map(renderProbe));
    matchesGoldenYaml("ops/blackbox-exporter.yaml", [
      renderServiceAccount(service),
      renderDeployment(service),
      renderService(service),
    ]);
  });

  it("use modules that the exporter has", () => {
    const { modules } = blackboxConfig(rows);
    for (const { spec } of rows.map(renderProbe)) assert.ok(Object.hasOwn(modules, spec.module));
  });

  it("ask the ingress for a name, which nobody in the cluster resolves", () => {
    const { spec } = renderProbe(named(rows, "name-grafana"));
    assert.deepEqual(spec.params, [{ name: "hostname", values: ["grafana.home.arpa"] }]);
    assert.deepEqual(spec.targets.staticConfig, {
      static: ["https://10.69.1.150/"],
      labels: { probe: "name-grafana", app: "grafana", group: "names" },
    });
  });
});

describe("the status page", () => {
  const rows = rowsOf();

  it("is the reviewed one", () => {
    matchesGoldenYaml("ops/status-page-config.yaml", statusPageConfig(rows, "home"));
    const service = statusPageService(rows, "home", "10.69.1.162");
    matchesGoldenYaml("ops/status-page.yaml", [
      renderServiceAccount(service),
      renderDeployment(service),
      renderService(service),
    ]);
  });

  it("shows what the probes look at", () => {
    assert.deepEqual(
      statusPageConfig(rows, "home").endpoints.map(({ name }) => name),
      rows.map(({ name }) => name),
    );
  });

  it("shows no address to whoever opens it", () => {
    for (const { ui } of statusPageConfig(rows, "home").endpoints) {
      assert.ok(Object.values(ui).every((hidden) => hidden));
    }
  });
});
