import assert from "node:assert/strict";
import { type Endpoint, isLetThrough, type NetworkPolicy } from "../../support/networkPolicies";

function pod(namespace: string, app: string, address = "10.42.0.9"): Endpoint {
  return { address, pod: { namespace, labels: { app }, ports: { web: 8080 } } };
}

function policy(spec: Partial<NetworkPolicy["spec"]>): NetworkPolicy {
  return {
    metadata: { name: "one", namespace: "shop" },
    spec: { podSelector: {}, policyTypes: ["Ingress"], ...spec },
  };
}

const [web, db] = [pod("shop", "web"), pod("shop", "db")];
const stranger = pod("other", "web");

/** The tests' own judge, held to what Kubernetes' documentation says. */
describe("the judge of network policies", () => {
  const passes = (policies: NetworkPolicy[], from: Endpoint, to: Endpoint, port = 5432) =>
    isLetThrough(policies, { from, to, port, protocol: "TCP" });

  it("lets everything through where no policy selects a pod, or not in that direction", () => {
    assert.ok(passes([], stranger, db));
    assert.ok(passes([policy({ podSelector: { matchLabels: { app: "web" } } })], stranger, db));
    assert.ok(passes([policy({ policyTypes: ["Egress"], egress: [] })], stranger, db));
  });

  it("refuses all to a pod that a policy without rules selects", () => {
    assert.ok(!passes([policy({})], web, db));
    assert.ok(passes([policy({ ingress: [{}] })], web, db), "an empty rule is anybody");
  });

  it("adds policies up", () => {
    const rule = { from: [{ podSelector: { matchLabels: { app: "web" } } }] };
    assert.ok(passes([policy({}), policy({ ingress: [rule] })], web, db));
  });

  it("takes a pod selector alone for pods of the same namespace", () => {
    const own = policy({ ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }] }] });
    assert.ok(passes([own], web, db));
    assert.ok(!passes([own], stranger, db));
  });

  it("wants both selectors of one peer, and either of two peers", () => {
    const shop = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } } };
    const apps = { podSelector: { matchLabels: { app: "web" } } };
    assert.ok(!passes([policy({ ingress: [{ from: [{ ...shop, ...apps }] }] })], db, db));
    assert.ok(passes([policy({ ingress: [{ from: [shop, apps] }] })], db, db));
    assert.ok(passes([policy({ ingress: [{ from: [{ namespaceSelector: {} }] }] })], stranger, db));
  });

  it("knows blocks of addresses and what is taken out of them", () => {
    const block = { cidr: "10.0.0.0/8", except: ["10.42.0.0/16"] };
    const policies = [policy({ ingress: [{ from: [{ ipBlock: block }] }] })];
    assert.ok(passes(policies, { address: "10.1.2.3" }, db));
    assert.ok(!passes(policies, stranger, db));
    assert.ok(!passes(policies, { address: "192.168.1.2" }, db));
  });

  it("knows ports by number, by range, by name and by protocol", () => {
    const on = (ports: object[]) => [policy({ ingress: [{ ports }] })];
    assert.ok(passes(on([{ port: 5432 }]), web, db));
    assert.ok(!passes(on([{ port: 5433 }]), web, db));
    assert.ok(passes(on([{ port: 5000, endPort: 6000 }]), web, db));
    assert.ok(passes(on([{ port: "web" }]), web, db, 8080));
    assert.ok(!passes(on([{ port: "web" }]), web, db, 8081));
    assert.ok(!passes(on([{ port: 5432, protocol: "UDP" }]), web, db));
  });

  it("wants both ends to agree", () => {
    const away = policy({ policyTypes: ["Egress"], podSelector: { matchLabels: { app: "web" } } });
    assert.ok(!passes([away], web, stranger));
    assert.ok(passes([away], db, stranger));
  });
});
