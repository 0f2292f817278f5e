import assert from "node:assert/strict";
import { charts } from "../../catalogue/charts";
import { quotas } from "../../catalogue/quotas";
import { renderLimitRange, renderQuota } from "../../components/namespace/renderBounds";
import { renderPolicies, solverName } from "../../components/namespace/renderPolicies";
import type { NetworkSettings } from "../../components/namespace/settings";
import { parseConfig } from "../../config/parse";
import { guardSettings } from "../../stacks/guards";
import { ingressSettings, mediaRoutes, opsRoutes, platformRoutes } from "../../stacks/ingress";
import { platformSettings } from "../../stacks/platform";
import { matchesGoldenYaml } from "../support/golden";
import { existingCluster, ownCluster, type Sections } from "../support/program";

const apiServers = ["10.69.1.11", "10.69.1.12", "10.69.1.13"];

function guards(sections: Sections) {
  const { config, problems } = parseConfig(sections);
  assert.ok(config, JSON.stringify(problems));
  const own = config.cluster.source === "k3s";
  const settings = platformSettings(config, { serverAddresses: [], nfsServer: undefined });
  const routes = [...platformRoutes(settings), ...mediaRoutes(config), ...opsRoutes(config)];
  return guardSettings(config, {
    namespaces: new Set([...Object.keys(quotas), config.media.namespace]),
    ingress: ingressSettings(config),
    routes,
    apiServers: own ? apiServers : [],
  });
}

function network(sections: Sections): NetworkSettings {
  return guards(sections).network ?? assert.fail("no rules about traffic");
}

/** What the policy of some pods says. */
function policyOf(sections: Sections, namespace: string, name: string) {
  const found = renderPolicies({ namespace }, network(sections)).find(
    ({ metadata }) => metadata.name === name,
  );
  return found?.spec;
}

const letsEncrypt = {
  ...ownCluster,
  network: { ...ownCluster.network, domain: "home.example.org" },
  platform: { certManager: { issuer: "letsencrypt-production", email: "me@example.org" } },
};

describe("the guards of namespaces", () => {
  for (const namespace of Object.keys(quotas)) {
    it(`are the reviewed ones in ${namespace}`, () => {
      const { quotas: given } = guards(ownCluster);
      const quota = given[namespace];
      matchesGoldenYaml(`namespaces/${namespace}.yaml`, [
        ...renderPolicies({ namespace }, network(ownCluster)),
        renderLimitRange({ namespace }),
        ...(quota === undefined ? [] : [renderQuota({ namespace }, quota)]),
      ]);
    });
  }

  it("bound every namespace of a chart", () => {
    for (const { namespace } of Object.values(charts)) assert.ok(quotas[namespace], namespace);
  });

  it("let Let's Encrypt's question in beside each route, where names are proved by HTTP", () => {
    for (const namespace of ["monitoring", "argocd", "media"]) {
      const spec = policyOf(letsEncrypt, namespace, solverName);
      assert.deepEqual(spec?.podSelector.matchLabels, {
        "acme.cert-manager.io/http01-solver": "true",
      });
      assert.deepEqual(spec.ingress?.[0]?.ports, [{ port: 8089, protocol: "TCP" }]);
    }
    assert.equal(policyOf(ownCluster, "monitoring", solverName), undefined);
    const certManager = { ...letsEncrypt.platform.certManager, dns01: { provider: "cloudflare" } };
    const byDns = { ...letsEncrypt, platform: { certManager } };
    assert.equal(policyOf(byDns, "monitoring", solverName), undefined);
  });

  it("let the ingress ask the server at the gate, in the cluster or outside", () => {
    const asking = (url: string) => {
      const platform = { ingress: { authentication: { type: "forward", url } } };
      return JSON.stringify(policyOf({ ...ownCluster, platform }, "traefik", "traefik")?.egress);
    };
    assert.match(asking("https://auth.lan:9091/check"), /"0\.0\.0\.0\/0".*9091/);
    const inside = asking("http://authelia.auth.svc/api/authz/forward-auth");
    assert.match(inside, /"kubernetes\.io\/metadata\.name":"auth"/);
    assert.doesNotMatch(inside, /0\.0\.0\.0\/0/);
  });

  it("let pods reach the API by its port where its address is not known", () => {
    const egress = JSON.stringify(policyOf(existingCluster, "cert-manager", "cainjector")?.egress);
    assert.match(egress, /"0\.0\.0\.0\/0".*6443.*443/);
    const own = JSON.stringify(policyOf(ownCluster, "cert-manager", "cainjector")?.egress);
    for (const address of [...apiServers, "10.43.0.1"]) assert.ok(own.includes(`${address}/32`));
    assert.doesNotMatch(own, /0\.0\.0\.0\/0/);
  });

  it("leave out what the configuration does without", () => {
    const namespaces = { networkPolicies: false, enforceQuotas: false };
    const off = guards({ ...ownCluster, platform: { namespaces } });
    assert.deepEqual(off, { network: undefined, quotas: {} });
  });

  it("take another bound for a namespace, the others as they are", () => {
    const namespaces = { quotas: { loki: { memory: "4Gi" } } };
    const { quotas: given } = guards({ ...ownCluster, platform: { namespaces } });
    assert.deepEqual(given["loki"], { ...quotas["loki"], memory: "4Gi" });
    assert.deepEqual(given["alloy"], quotas["alloy"]);
  });
});
