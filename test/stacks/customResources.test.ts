import assert from "node:assert/strict";
import { letsEncryptIssuers } from "../../components/platform/issuers";
import {
  type CustomObject,
  groupsWithoutSchema,
  isCustom,
  schemaMistakes,
} from "../support/customResources";
import { existingCluster, ownCluster, runProgram, type Sections } from "../support/program";

const letsEncrypt = {
  issuer: "letsencrypt-production",
  email: "me@example.org",
};
const domain = { network: { ...ownCluster.network, domain: "home.example.org" } };

/** Configurations that between them make every custom resource there is. */
const variants: Readonly<Record<string, Sections>> = {
  "with a private authority": ownCluster,
  "with names proved by HTTP": { ...ownCluster, ...domain, platform: { certManager: letsEncrypt } },
  "with names proved by DNS, and another server at the gate": {
    ...ownCluster,
    ...domain,
    platform: {
      certManager: { ...letsEncrypt, dns01: { provider: "cloudflare" } },
      ingress: { authentication: { type: "forward", url: "http://auth.lan" } },
    },
  },
  "on a cluster of others": existingCluster,
  "where Argo CD delivers": {
    ...ownCluster,
    delivery: { by: "argocd", repository: "https://git.example.org/me/home.git" },
  },
};

describe("custom resources", () => {
  for (const [name, sections] of Object.entries(variants)) {
    it(`are as their definitions want them, ${name}`, async () => {
      const { registrations } = await runProgram(sections, {
        secrets: { cloudflareApiToken: "t" },
      });
      const objects = registrations.map(({ inputs }): unknown => inputs).filter(isCustom);
      const known = objects.filter(({ apiVersion }) => !groupsWithoutSchema.includes(apiVersion));
      assert.ok(known.length > 10, String(known.length));
      for (const object of known) {
        const label = `${object.kind} ${object.metadata.name}`;
        assert.deepEqual(await schemaMistakes(object), [], label);
      }
    });
  }

  it("are told from right ones by a wrong name, value or form", async () => {
    const middleware = (spec: object): CustomObject & { spec: object } => ({
      apiVersion: "traefik.io/v1alpha1",
      kind: "Middleware",
      metadata: { name: "gate" },
      spec,
    });
    assert.deepEqual(await schemaMistakes(middleware({ basicAuth: { secret: "users" } })), []);
    assert.deepEqual(await schemaMistakes(middleware({ basicAuth: { secrets: "users" } })), [
      "spec.basicAuth.secrets: unknown field",
    ]);
    assert.deepEqual(await schemaMistakes(middleware({ basicAuths: { secret: "users" } })), [
      "spec.basicAuths: unknown field",
    ]);
    assert.match(
      (await schemaMistakes(middleware({ basicAuth: { secret: 1 } }))).join(),
      /secret must be string/,
    );
    const [issuer] = letsEncryptIssuers("me@example.org", "cloudflare");
    assert.ok(issuer);
    assert.deepEqual(await schemaMistakes(issuer), []);
    const { acme } = issuer.spec as { acme: object };
    const renamed = { ...issuer, spec: { acme: { ...acme, solvers: [{ dns1: {} }] } } };
    assert.deepEqual(await schemaMistakes(renamed), ["spec.acme.solvers[0].dns1: unknown field"]);
  });
});
