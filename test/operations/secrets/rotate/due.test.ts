import assert from "node:assert/strict";
import { parseConfig } from "../../../../config/parse";
import type { Config } from "../../../../config/schema";
import { parseAges } from "../../../../operations/secrets/rotate/ages";
import {
  type AgeSources,
  dueRows,
  dueTable,
  reportDue,
  trailDates,
} from "../../../../operations/secrets/rotate/due";
import { noteSecrets } from "../../../../operations/secrets/trail";
import { withFolder } from "../../../support/folders";
import { ownCluster } from "../../../support/program";

const now = new Date("2026-11-21T12:00:00Z");
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
const seconds = (days: number): string => String(Math.floor(daysAgo(days).getTime() / 1000));

function configOf(rotated: Record<string, string>): Config {
  const { draft } = parseConfig({ ...ownCluster, secrets: { rotated } });
  assert.ok(draft);
  return draft;
}

function sources(more: Partial<AgeSources> = {}): AgeSources {
  return {
    config: configOf({}),
    given: ["sshPrivateKey"],
    trail: new Map(),
    hosts: { ages: [], silent: [] },
    namespaces: new Map(),
    ...more,
  };
}

const rowOf = (from: AgeSources, name: string) =>
  dueRows(from, now).find((row) => row.name === name);

describe("secrets due", () => {
  it("counts the oldest use on hosts, so that a host that was left out is found", () => {
    const ages = [
      ...parseAges("pi-1", `server-token ${seconds(10)}\ncertificates ${seconds(300)}\n`),
      ...parseAges("pi-2", `server-token ${seconds(400)}\nsecrets-key \nother ${seconds(900)}\n`),
    ];
    const from = sources({ hosts: { ages, silent: [] } });
    assert.deepEqual(
      [rowOf(from, "serverToken")?.age?.from, rowOf(from, "serverToken")?.ageDays],
      ["pi-2", 400],
    );
    assert.equal(rowOf(from, "serverToken")?.due, true);
    // k3s's certificates live 365 days.
    assert.equal(rowOf(from, "certificates")?.due, true);
    assert.equal(rowOf(from, "secretsKey")?.age, undefined);
    assert.equal(rowOf(from, "secretsKey")?.due, false);
  });

  it("believes a date before the trail, and the trail before a namespace's age", () => {
    const namespaces = new Map([["argocd", daysAgo(800)]]);
    const trail = new Map([["argoCdPassword", daysAgo(400)]]);
    const config = configOf({ argoCdPassword: "2026-11-01" });
    const from = (more: Partial<AgeSources>) => rowOf(sources(more), "argoCdPassword");
    assert.deepEqual(
      [from({ namespaces })?.age?.from, from({ namespaces })?.due],
      ["namespace argocd", true],
    );
    assert.deepEqual(
      [from({ namespaces, trail })?.age?.from, from({ trail })?.ageDays],
      ["trail", 400],
    );
    const dated = from({ namespaces, trail, config });
    assert.deepEqual([dated?.age?.from, dated?.ageDays, dated?.due], ["date", 20, false]);
    assert.equal(from({})?.age, undefined);
  });

  it("takes a date that is to come for none: a wrong clock would put the rotation off for ever", () => {
    const rows = dueRows(sources({ config: configOf({ argoCdPassword: "2099-01-01" }) }), now);
    assert.match(dueTable(rows, "home"), /argoCdPassword .* date +unknown: its date is to come/);
  });

  it("lists the oldest first, and what nobody knows the age of last", () => {
    const config = configOf({
      grafanaPassword: "2025-11-21",
      argoCdPassword: "2024-11-21",
      radarrApiKey: "2026-11-20",
    });
    const names = dueRows(sources({ config }), now).map(({ name }) => name);
    assert.deepEqual(names.slice(0, 3), ["argoCdPassword", "grafanaPassword", "radarrApiKey"]);
    assert.ok(names.indexOf("sonarrApiKey") > 2);
    const table = dueTable(dueRows(sources({ config }), now), "home");
    assert.match(table, /argoCdPassword +730 d +365 d +date +due: npm run secrets -- home rotate/);
    assert.match(table, /radarrApiKey +1 d +365 d +date +good\n/);
    assert.match(table, /sonarrApiKey +- +365 d +- +unknown: note secrets\.rotated\.sonarrApiKey/);
  });

  it("leaves out what this stack was not given, does not use, or never rotates", () => {
    const names = dueRows(sources(), now).map(({ name }) => name);
    assert.ok(names.includes("sshPrivateKey"));
    for (const name of ["kubeconfig", "heartbeatUrl", "recoveryKey", "plexClaimToken"]) {
      assert.ok(!names.some((one) => one === name), name);
    }
    const without = dueRows(sources({ given: [] }), now).map(({ name }) => name);
    assert.ok(!without.includes("sshPrivateKey"));
  });

  it("ends with 2 when something is due, with 1 when a host could not be asked", () => {
    const due = dueRows(sources({ config: configOf({ grafanaPassword: "2024-01-01" }) }), now);
    const good = dueRows(sources(), now);
    const said: string[] = [];
    const print = (text: string) => said.push(text);
    assert.equal(reportDue(due, ["pi-1: no route"], "home", print), 2);
    assert.equal(reportDue(good, ["pi-1: no route"], "home", print), 1);
    assert.equal(reportDue(good, [], "home", print), 0);
    assert.ok(said.includes("pi-1: no route\n"));
  });

  it("takes from the trail the last value that came into use", () =>
    withFolder((folder) => {
      const note = (action: "rotate" | "read", outcome: "done" | "failed") =>
        noteSecrets(
          "home",
          { action, outcome, secrets: [{ name: "radarrApiKey" }], reason: "test" },
          { folder },
        );
      note("read", "done");
      note("rotate", "failed");
      assert.equal(trailDates("home", folder).size, 0);
      note("rotate", "done");
      assert.ok(trailDates("home", folder).has("radarrApiKey"));
    }));
});
