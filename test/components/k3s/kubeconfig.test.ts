import assert from "node:assert/strict";
import { parse } from "yaml";
import { renderKubeconfig } from "../../../components/k3s/kubeconfig";
import { kubeconfig } from "../../support/program";

describe("renderKubeconfig", () => {
  it("names the API's address and the cluster, and keeps certificates and keys", () => {
    assert.deepEqual(parse(renderKubeconfig(kubeconfig("k3y"), "home", "10.69.1.10")), {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "home",
          cluster: { server: "https://10.69.1.10:6443", "certificate-authority-data": "Q0E=" },
        },
      ],
      contexts: [{ name: "home", context: { cluster: "home", user: "home-admin" } }],
      users: [{ name: "home-admin", user: { "client-key-data": "k3y" } }],
      "current-context": "home",
    });
  });

  it("says so when the server's file holds none", () => {
    const empty = "clusters: []\nusers: []\n";
    assert.throws(() => renderKubeconfig(empty, "home", "10.69.1.10"), /names no cluster or user/);
  });
});
