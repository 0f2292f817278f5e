import assert from "node:assert/strict";
import { letsEncryptIssuers, privateAuthority } from "../../../components/platform/issuers";
import { matchesGoldenYaml } from "../../support/golden";

describe("privateAuthority", () => {
  it("is the reviewed chain", () => {
    matchesGoldenYaml(
      "platform/cert-manager-private-authority.yaml",
      privateAuthority("cert-manager"),
    );
  });

  it("signs with the Secret that its certificate is kept in", () => {
    const [, certificate, issuer] = privateAuthority("cert-manager");
    assert.deepEqual(issuer?.spec["ca"], { secretName: certificate?.spec["secretName"] });
  });
});

describe("letsEncryptIssuers", () => {
  it("are the reviewed ones", () => {
    matchesGoldenYaml(
      "platform/cert-manager-lets-encrypt.yaml",
      letsEncryptIssuers("me@example.org"),
    );
  });

  it("keep the accounts of staging and production apart", () => {
    const accounts = letsEncryptIssuers("me@example.org").map(
      ({ spec }) =>
        /"privateKeySecretRef":\{"name":"([^"]+)"/.exec(JSON.stringify(spec["acme"]))?.[1],
    );
    assert.deepEqual(accounts, ["letsencrypt-staging-account", "letsencrypt-production-account"]);
  });
});
