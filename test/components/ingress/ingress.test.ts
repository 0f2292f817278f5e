import assert from "node:assert/strict";
import { mediaApps } from "../../../catalogue/apps/media";
import { routes as rows } from "../../../catalogue/routes";
import {
  renderDefaultCertificate,
  renderRouteCertificate,
  renderTlsStore,
} from "../../../components/ingress/renderCertificates";
import { renderDashboardRoute, renderIngresses } from "../../../components/ingress/renderIngress";
import {
  gateName,
  gateSecretName,
  renderGate,
  renderHostHeader,
} from "../../../components/ingress/renderMiddlewares";
import {
  type IngressSettings,
  platformRoute,
  type Route,
} from "../../../components/ingress/settings";
import { appRoute } from "../../../components/workload/appRoute";
import { mediaAppSettings } from "../../../components/workload/mediaSettings";
import { parseConfig } from "../../../config/parse";
import { ingressSettings } from "../../../stacks/ingress";
import { matchesGoldenYaml } from "../../support/golden";
import { mediaConfig } from "../../support/media";

const byStar: IngressSettings = {
  domain: "home.example.org",
  certificates: { kind: "wildcard", issuer: "bramble-ca" },
  gate: { type: "basic", user: "admin", generation: 1 },
};
const byHost: IngressSettings = {
  ...byStar,
  certificates: { kind: "perHost", issuer: "letsencrypt-production" },
};
const forward: IngressSettings = {
  ...byStar,
  gate: { type: "forward", url: "http://auth.lan/check", responseHeaders: ["Remote-User"] },
};

const place = { namespace: "media", labels: {}, annotations: {} };

const routes: readonly Route[] = [
  ...rows.map(platformRoute),
  ...mediaAppSettings(mediaConfig({ wiring: { enabled: false } })).map(appRoute),
];

function routeOf(host: string): Route {
  return routes.find((route) => route.host === host) ?? assert.fail(`no route ${host}`);
}

/** Everything that is applied for a route, but for the gate. */
function objects(route: Route, settings: IngressSettings): object[] {
  const rendered =
    route.backend === "dashboard"
      ? [renderRouteCertificate(route, settings), renderDashboardRoute(route, settings)]
      : renderIngresses(route, settings);
  return [renderHostHeader(route), ...rendered].filter((object) => object !== undefined);
}

describe("the ingress", () => {
  for (const [name, settings] of Object.entries({
    "one-certificate": byStar,
    "per-host": byHost,
  })) {
    it(`serves every route as reviewed, ${name}`, () => {
      matchesGoldenYaml(
        `ingress/routes-${name}.yaml`,
        routes.flatMap((route) => objects(route, settings)),
      );
    });
  }

  it("has the reviewed gates, default certificate and store", () => {
    matchesGoldenYaml("ingress/gates.yaml", [
      renderGate(byStar.gate, place),
      renderGate(forward.gate, place),
    ]);
    matchesGoldenYaml("ingress/default-certificate.yaml", [
      renderDefaultCertificate(routes, byStar),
      renderTlsStore(),
    ]);
  });

  it("gives each route a name and a namespace's objects names of their own", () => {
    const hosts = routes.map(({ host }) => host);
    assert.deepEqual(hosts, [...new Set(hosts)]);
    for (const app of Object.keys(mediaApps)) assert.ok(hosts.includes(app), app);
  });

  it("leads nobody past the gate but by paths that want a key", () => {
    for (const route of routes.filter(({ authentication }) => authentication === "gate")) {
      const wanted = `${route.namespace}-${gateName}@kubernetescrd`;
      if (route.backend === "dashboard") {
        const [rule] = renderDashboardRoute(route, byStar).spec.routes;
        assert.deepEqual(rule?.middlewares, [{ name: gateName }], route.host);
        continue;
      }
      for (const { metadata, spec } of renderIngresses(route, byStar)) {
        const annotations: Record<string, string> = metadata.annotations;
        const used = annotations["traefik.ingress.kubernetes.io/router.middlewares"] ?? "";
        const paths = spec.rules.flatMap(({ http }) => http.paths);
        const keyed = route.keyedPaths ?? [];
        const open = paths.every(({ path, pathType }) =>
          keyed.some((one) => one.path === path && one.type === pathType),
        );
        assert.equal(used.split(",").includes(wanted), !open, `${metadata.name}: ${used}`);
      }
    }
  });

  it("opens no path by its first letters: /api would open /apifoo as well", () => {
    for (const { host, keyedPaths = [] } of routes) {
      for (const { path, type } of keyedPaths) {
        assert.ok(type === "Exact" || path.endsWith("/"), `${host} ${path}`);
        assert.notEqual(path, "/", host);
      }
    }
  });

  it("asks for credentials before everything that would let anyone in", () => {
    const open = ["prometheus", "alertmanager", "traefik", "jaeger"];
    const untilSomeoneSetsOne = ["prowlarr", "radarr", "sonarr", "lidarr", "sabnzbd"];
    for (const host of [...open, ...untilSomeoneSetsOne]) {
      assert.equal(routeOf(host).authentication, "gate", host);
    }
  });

  it("asks once, not twice, where the wiring gives the apps a log-in", () => {
    const wired = mediaAppSettings(mediaConfig()).map(appRoute);
    assert.deepEqual([...new Set(wired.map(({ authentication }) => authentication))], ["own"]);
    const external = mediaConfig({ login: { method: "external" } });
    const radarr = mediaAppSettings(external).find(({ row }) => row.name === "radarr");
    assert.equal(radarr && appRoute(radarr).authentication, "gate");
  });

  it("serves on HTTPS only, each name under a certificate", () => {
    for (const route of routes.filter(({ backend }) => backend !== "dashboard")) {
      for (const settings of [byStar, byHost]) {
        for (const { metadata, spec } of renderIngresses(route, settings)) {
          const annotations: Record<string, string> = metadata.annotations;
          assert.equal(
            annotations["traefik.ingress.kubernetes.io/router.entrypoints"],
            "websecure",
          );
          assert.deepEqual(spec.tls[0]?.hosts, [spec.rules[0]?.host]);
          assert.equal("secretName" in spec.tls[0], settings === byHost);
        }
      }
    }
  });

  it("asks for a name's certificate once, or cert-manager would see two owners", () => {
    for (const route of routes.filter(({ backend }) => backend !== "dashboard")) {
      const asking = renderIngresses(route, byHost).filter(
        ({ metadata }) => "cert-manager.io/cluster-issuer" in metadata.annotations,
      );
      assert.equal(asking.length, 1, route.host);
    }
  });

  it("keeps the gate's users beside it, where Traefik looks for them", () => {
    assert.deepEqual(renderGate(byStar.gate, place).spec["basicAuth"], {
      secret: gateSecretName,
      removeHeader: true,
      realm: "Bramble",
    });
  });
});

describe("the default certificate", () => {
  it("names every host under a private authority: browsers refuse *.home.arpa", () => {
    const names = renderDefaultCertificate(routes, byStar)?.spec.dnsNames ?? [];
    assert.deepEqual(names.slice(0, 2), ["home.example.org", "*.home.example.org"]);
    for (const { host } of routes) assert.ok(names.includes(`${host}.home.example.org`), host);
  });

  it("names no host beside the star to Let's Encrypt, which refuses both at once", () => {
    const letsEncrypt = { kind: "wildcard", issuer: "letsencrypt-production" } as const;
    const names = renderDefaultCertificate(routes, { ...byStar, certificates: letsEncrypt });
    assert.deepEqual(names?.spec.dnsNames, ["home.example.org", "*.home.example.org"]);
  });

  it("is not made where each name has its own", () => {
    assert.equal(renderDefaultCertificate(routes, byHost), undefined);
  });
});

describe("ingressSettings", () => {
  const settings = (certManager: object, more: object = {}) => {
    const { config, problems } = parseConfig({
      cluster: { source: "existing" },
      network: { domain: "home.example.org" },
      platform: { metallb: { enabled: false }, certManager, ...more },
    });
    assert.ok(config, JSON.stringify(problems));
    return ingressSettings(config);
  };
  const account = { email: "me@example.org" };
  const letsEncrypt = { ...account, issuer: "letsencrypt-production" };

  it("takes one certificate where the issuer can sign it, else one for each name", () => {
    const kinds = [
      settings({}),
      settings({ ...letsEncrypt, dns01: { provider: "cloudflare" } }),
      settings(letsEncrypt),
      settings({ certificates: "perHost" }),
      settings({ enabled: false }),
    ].map((one) => one?.certificates?.kind);
    assert.deepEqual(kinds, ["wildcard", "wildcard", "perHost", "perHost", undefined]);
  });

  it("is nothing without an ingress controller of Bramble's", () => {
    assert.equal(settings({}, { traefik: { enabled: false } }), undefined);
  });

  it("asks the server that is named instead of keeping a gate itself", () => {
    const authentication = { type: "forward", url: "http://auth.lan" };
    assert.deepEqual(settings({}, { ingress: { authentication } })?.gate, {
      type: "forward",
      url: "http://auth.lan",
      responseHeaders: ["Remote-User", "Remote-Groups", "Remote-Email", "Remote-Name"],
    });
  });
});
