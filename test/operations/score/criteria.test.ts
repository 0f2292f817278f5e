import assert from "node:assert/strict";
import type { Config } from "../../../config/schema";
import type { Registration } from "../../../operations/inprocess/run";
import { stackRegistrations } from "../../../operations/plan/plan";
import { criteria } from "../../../operations/score/criteria/all";
import { type Judged, scoreBy } from "../../../operations/score/score";
import { type Shortfall, subjectOf } from "../../../operations/score/subject";
import { readStackConfig } from "../../../operations/stackFile";

const stack = "production";

type Shown = Registration["shown"];

/** Changes what one kind of object is asked for. */
function changed(
  registrations: readonly Registration[],
  kind: string,
  name: string,
  change: (shown: Shown) => Shown | undefined,
): Registration[] {
  return registrations.flatMap((registration) => {
    if (registration.shown["kind"] !== kind || registration.name !== name) return [registration];
    const shown = change(structuredClone(registration.shown));
    return shown === undefined ? [] : [{ ...registration, shown }];
  });
}

function withoutText(text: string): (shown: Shown) => Shown {
  return (shown) =>
    JSON.parse(
      JSON.stringify(shown).replaceAll(`"${text}"`, '"elsewhere"').replaceAll(`:${text}`, ":1"),
    ) as Shown;
}

describe("the criteria of the readiness score", () => {
  let registrations: readonly Registration[];
  let config: Config;

  before(async () => {
    registrations = await stackRegistrations(stack);
    config = readStackConfig(stack);
  });

  function judge(
    id: string,
    given: {
      readonly registrations?: readonly Registration[];
      readonly config?: Config;
      readonly clear?: readonly string[];
      readonly shortfall?: Shortfall;
      readonly history?: readonly string[];
    } = {},
  ): Judged {
    const subject = subjectOf(
      given.config ?? config,
      given.registrations ?? registrations,
      given.clear ?? [],
      given.shortfall,
      given.history,
    );
    const found = scoreBy(criteria, subject).criteria.find((one) => one.id === id);
    assert.ok(found, id);
    return found;
  }

  it("have names of their own", () => {
    const ids = criteria.map(({ id }) => id);
    assert.deepEqual([...new Set(ids)], ids);
  });

  it("give every point of manifests, configuration and metadata to production's plan", () => {
    const lost = scoreBy(criteria, subjectOf(config, registrations, []))
      .criteria.filter(({ category }) => ["manifests", "metadata"].includes(category))
      .filter(({ earned, points }) => earned < points);
    assert.deepEqual(lost, []);
  });

  for (const [id, kind, text] of [
    ["media-apps", "Service", "32400"],
    ["requests-and-limits", "Deployment", "limits"],
    ["probes", "Deployment", "livenessProbe"],
    ["least-rights", "Deployment", "drop"],
    ["service-accounts", "Deployment", "serviceAccountName"],
    ["by-reference", "Deployment", "valueFrom"],
    ["labels", "Deployment", "app.kubernetes.io/version"],
    ["annotations", "Deployment", "link.argocd.argoproj.io/external-link"],
    ["waves", "Service", "argocd.argoproj.io/sync-wave"],
  ] as const) {
    it(`${id} loses points, and names plex, when its ${kind} lacks ${text}`, () => {
      const broken = judge(id, {
        registrations: changed(registrations, kind, "plex", withoutText(text)),
      });
      assert.ok(broken.earned < judge(id).earned, broken.reason);
      assert.match(broken.reason, /plex/);
    });
  }

  it("pinned-images wants a tag other than latest", () => {
    const latest = (shown: Shown) =>
      JSON.parse(
        JSON.stringify(shown).replace(/"image":"[^"]+"/, '"image":"a/plex:latest"'),
      ) as Shown;
    const broken = judge("pinned-images", {
      registrations: changed(registrations, "Deployment", "plex", latest),
    });
    assert.match(broken.reason, /not: plex\/plex$/);
  });

  it("network-policies names the namespace without a default", () => {
    const broken = judge("network-policies", {
      registrations: registrations.filter(
        ({ shown, inputs }) =>
          shown["kind"] !== "NetworkPolicy" ||
          (inputs["metadata"] as { namespace?: string }).namespace !== "media",
      ),
    });
    assert.match(broken.reason, /media/);
  });

  it("nothing-in-clear names the secret in clear", () => {
    const broken = judge("nothing-in-clear", { clear: ["plexClaimToken"] });
    assert.equal(broken.earned, 0);
    assert.match(broken.reason, /plexClaimToken/);
  });

  it("git-history names the file, and says nothing where history is not known", () => {
    assert.equal(judge("git-history").points, 0);
    assert.equal(judge("git-history", { history: [] }).earned, 3);
    const broken = judge("git-history", { history: ["group_vars/vault.yml"] });
    assert.equal(broken.earned, 0);
    assert.match(broken.reason, /group_vars\/vault\.yml$/);
  });

  it("encrypted-in-etcd looks at what each server's k3s is told", () => {
    assert.match(judge("encrypted-in-etcd").reason, /^3 of 3 servers$/);
    const broken = judge("encrypted-in-etcd", {
      registrations: registrations.filter(({ name }) => name !== "pi-2-config"),
    });
    assert.match(broken.reason, /2 of 3 servers; not: pi-2/);
  });

  it("quorum wants an odd number of servers", () => {
    const two = { ...config, hosts: config.hosts.slice(1) };
    assert.equal(judge("quorum").earned, 3);
    assert.equal(judge("quorum", { config: two }).earned, 0);
  });

  it("as-planned counts what a look at the cluster found, and what is missing earns nothing", () => {
    const urn = registrations.find(
      ({ shown, name }) => shown["kind"] === "Deployment" && name === "plex",
    )?.urn;
    assert.ok(urn);
    const shortfall = { missing: new Set([urn]), compared: 50, differing: 5 };
    assert.equal(judge("as-planned", { shortfall }).earned, 3.6);
    assert.equal(judge("as-planned").points, 0);
    assert.match(judge("media-apps", { shortfall }).reason, /not: plex/);
  });
});
