import assert from "node:assert/strict";
import {
  hasRegistries,
  holdsLogins,
  type Registries,
  registryCaFiles,
  renderRegistries,
} from "../../../components/k3s/registries";
import { matchesGolden } from "../../support/golden";

const access = { insecureSkipVerify: false, auth: false };
const mirror = { endpoints: [], rewrite: {} };

const everything: Registries = {
  mirrors: {
    "docker.io": {
      endpoints: ["https://registry.lan:5000", "https://registry-1.docker.io"],
      rewrite: { "^library/(.*)": "hub/$1" },
    },
    "*": mirror,
  },
  configs: {
    "registry.lan:5000": { ...access, ca: "PEM\n", auth: true },
    "old.lan": { ...access, insecureSkipVerify: true },
  },
};

const logins = { "registry.lan:5000": { username: "puller", password: "p: 'w\"#" } };

describe("registries.yaml", () => {
  it("is the reviewed file", () => {
    matchesGolden("k3s/registries.yaml", renderRegistries(everything, logins));
    const shared: Registries = { mirrors: { "*": mirror }, configs: {} };
    matchesGolden("k3s/registries-shared-between-nodes.yaml", renderRegistries(shared));
  });

  it("holds no log-in of a registry that does not ask for one", () => {
    const open = { mirrors: {}, configs: { "registry.lan:5000": access } };
    assert.ok(!renderRegistries(open, logins).includes("puller"));
    assert.equal(holdsLogins(open), false);
    assert.equal(holdsLogins(everything), true);
  });

  it("names each CA's file so that no two registries share one", () => {
    const configs = Object.fromEntries(
      ["a.lan:5000", "a.lan-5000", "*"].map((name) => [name, { ...access, ca: name }]),
    );
    const files = registryCaFiles({ mirrors: {}, configs });
    assert.deepEqual(Object.values(files), ["a.lan:5000", "a.lan-5000", "*"]);
    for (const file of Object.keys(files)) assert.match(file, /^registry-ca-[a-z0-9._-]+\.pem$/);
  });

  it("is not made where nothing is said of registries", () => {
    assert.equal(hasRegistries({ mirrors: {}, configs: {} }), false);
    assert.equal(hasRegistries(everything), true);
  });
});
