import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import type { SecretName } from "../../../../config/secrets";
import { provisioningRun, type ProvisioningRun } from "../../../../operations/records/run";
import type { RotateOptions } from "../../../../operations/secrets/rotate/options";
import { proofs } from "../../../../operations/secrets/rotate/proofs/table";
import { rotate } from "../../../../operations/secrets/rotate/rotate";
import { readTrailLine, trailFile, trailLines } from "../../../../operations/secrets/trail";
import { stackFilePath } from "../../../../operations/stackFile";
import { inventory, inventoryNames } from "../../../../config/inventory";
import { withFolder } from "../../../support/folders";

const file = `# Kept.
config:
  bramble:cluster: { name: home }
  bramble:hosts: [{ name: pi-1, address: 10.69.1.11, role: server }]
  bramble:platform:
    monitoring: { receivers: [{ name: chat, type: telegram, chatId: 1 }], heartbeat: true }
  bramble:heartbeatUrl: { secure: v1:x }
  bramble:radarrApiKey: { secure: v1:y }
`;

const old = {
  heartbeatUrl: "https://hc.example.org/old-canary",
  radarrApiKey: "old-canary-radarr",
};
const fresh = {
  heartbeatUrl: "https://hc.example.org/new-canary",
  radarrApiKey: "new-canary-radarr",
};

/** A stack in a folder, with an engine and a store that note what they are asked. */
function bench(folder: string, more: Partial<RotateOptions> = {}) {
  if (!existsSync(stackFilePath("home", folder)))
    writeFileSync(stackFilePath("home", folder), file);
  const values = new Map<string, string>(Object.entries(old));
  const log: string[] = [];
  const printed: string[] = [];
  const options: RotateOptions = {
    ...{ stack: "home", directory: folder, names: [], dryRun: false, reason: "a test" },
    store: {
      get: (name) => Promise.resolve(values.get(name)),
      set: (name, value) => {
        log.push(`set ${name}`);
        values.set(name, value);
        return Promise.resolve();
      },
    },
    engine: {
      up: () => {
        log.push("up");
        return Promise.resolve();
      },
    },
    ask: (names) =>
      Promise.resolve(new Map(names.map((name) => [name, fresh[name as keyof typeof fresh]]))),
    confirm: () => Promise.resolve(true),
    proofs: {},
    proofContext: {
      output: () => Promise.reject(new Error("no output")),
      cluster: () => Promise.reject(new Error("no cluster")),
    },
    patienceSeconds: 0,
    now: new Date("2026-11-21T10:00:00.123Z"),
    print: (text) => printed.push(text),
    governance: folder,
    ...more,
  };
  return { options, values, log, printed };
}

const written = (folder: string): Record<string, Record<string, unknown>> => {
  const text = readFileSync(stackFilePath("home", folder), "utf8");
  return (parse(text) as { config: Record<string, Record<string, unknown>> }).config;
};
const datesIn = (folder: string): unknown => written(folder)["bramble:secrets"]?.["rotated"];
const runs = (folder: string): ProvisioningRun[] =>
  readdirSync(join(folder, "home", "runs")).map((name) =>
    provisioningRun.parse(JSON.parse(readFileSync(join(folder, "home", "runs", name), "utf8"))),
  );
const trail = (folder: string) =>
  trailLines(trailFile("home", folder)).map((line) => readTrailLine(line, "home"));
const broken = { up: () => Promise.reject(new Error("pulumi up failed: see above")) };

describe("secrets rotate", () => {
  it("gives a generated secret a date, has the engine make it, tries it and notes it", () =>
    withFolder(async (folder) => {
      const seen: string[] = [];
      const { options, log } = bench(folder, {
        names: ["grafanaPassword"],
        proofs: {
          grafanaPassword: {
            after: () => Promise.resolve(`seen after ${seen.push("tried").toString()}`),
            old: "ends",
          },
        },
      });
      assert.equal(await rotate(options), 0);
      assert.deepEqual(datesIn(folder), { grafanaPassword: "2026-11-21T10:00:00Z" });
      assert.deepEqual(log, ["up"]);
      assert.deepEqual(seen, ["tried"]);
      assert.match(readFileSync(stackFilePath("home", folder), "utf8"), /^# Kept\./);
      const [run] = runs(folder);
      assert.equal(run?.kind, "rotation");
      assert.equal(run.outcome, "succeeded");
      const [line] = trail(folder);
      assert.deepEqual([line?.action, line?.outcome, line?.reason], ["rotate", "done", "a test"]);
      assert.deepEqual(line?.secrets, [{ name: "grafanaPassword" }]);
    }));

  it("raises a counter by one, and no further when it goes on", () =>
    withFolder(async (folder) => {
      const { options } = bench(folder, { names: ["serverToken"], engine: broken });
      await assert.rejects(rotate(options), /run the same command again: it makes no second value/);
      const counter = () => written(folder)["bramble:k3s"]?.["rotation"] as object;
      assert.deepEqual(counter(), { serverToken: 2 });
      const later = bench(folder, {
        names: ["serverToken"],
        now: new Date("2026-11-21T11:00:00Z"),
      });
      await rotate(later.options);
      assert.deepEqual(counter(), { serverToken: 2 });
      await rotate(bench(folder, { names: ["serverToken"] }).options);
      assert.deepEqual(counter(), { serverToken: 3 });
    }));

  it("notes the date beside a counter whose age no host knows", () =>
    withFolder(async (folder) => {
      const { options } = bench(folder, { names: ["appBackupPassword"] });
      assert.equal(await rotate(options), 0);
      assert.deepEqual(written(folder)["bramble:ops"], { appBackups: { rotation: 2 } });
      assert.deepEqual(datesIn(folder), { appBackupPassword: "2026-11-21T10:00:00Z" });
    }));

  it("goes on with the value that an interrupted run had begun, and makes no second one", () =>
    withFolder(async (folder) => {
      const first = bench(folder, { names: ["argoCdPassword"], engine: broken });
      await assert.rejects(rotate(first.options));
      const began = datesIn(folder);
      const second = bench(folder, {
        names: ["argoCdPassword"],
        now: new Date("2026-11-21T11:00:00Z"),
      });
      assert.equal(await rotate(second.options), 0);
      assert.deepEqual(datesIn(folder), began);
      assert.match(second.printed.join(""), /argoCdPassword: an earlier run did not finish/);
      const third = bench(folder, {
        names: ["argoCdPassword"],
        now: new Date("2026-11-21T12:00:00Z"),
      });
      await rotate(third.options);
      assert.deepEqual(datesIn(folder), { argoCdPassword: "2026-11-21T12:00:00Z" });
    }));

  it("goes on with a run that left nothing but its record: killed, it said no more", () =>
    withFolder(async (folder) => {
      const first = bench(folder, { names: ["grafanaPassword"], engine: broken });
      await assert.rejects(rotate(first.options));
      const [name] = readdirSync(join(folder, "home", "runs"));
      const path = join(folder, "home", "runs", name ?? "");
      const run = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      delete run["endedAt"];
      writeFileSync(path, JSON.stringify({ ...run, outcome: "running" }));
      writeFileSync(join(folder, "home", "runs", "2026-11-22-rotation-0000aaaa.json"), "{");
      const second = bench(folder, {
        names: ["grafanaPassword"],
        now: new Date("2026-11-21T11:00:00Z"),
      });
      await rotate(second.options);
      assert.deepEqual(datesIn(folder), { grafanaPassword: "2026-11-21T10:00:00Z" });
    }));

  it("tries a given value before anything is changed", () =>
    withFolder(async (folder) => {
      const refuse = (_context: unknown, value: string) =>
        Promise.reject(new Error(`${value} is not let in`));
      const { options, log, values } = bench(folder, {
        names: ["heartbeatUrl"],
        proofs: { heartbeatUrl: { before: refuse, old: "stays" } },
      });
      await assert.rejects(rotate(options), (error: Error) => {
        assert.match(error.message, /heartbeatUrl: the new value does not work: … is not let in/);
        assert.match(error.message, /Nothing was changed/);
        assert.ok(!error.message.includes("canary"));
        return true;
      });
      assert.equal(values.get("heartbeatUrl"), old.heartbeatUrl);
      assert.ok(!log.includes("up") && !log.includes("set heartbeatUrl"));
      assert.equal(readFileSync(stackFilePath("home", folder), "utf8"), file);
      assert.equal(trail(folder)[0]?.outcome, "refused");
      assert.doesNotMatch(JSON.stringify(runs(folder)), /canary/);
    }));

  it("puts the old value back, in config and in use, when up or the proof fails", () =>
    withFolder(async (folder) => {
      for (const failing of ["up", "proof"]) {
        let ups = 0;
        const { options, values, log } = bench(folder, {
          names: ["heartbeatUrl"],
          engine: {
            up: () => {
              ups += 1;
              return failing === "up" && ups === 1 ? broken.up() : Promise.resolve();
            },
          },
          proofs: {
            heartbeatUrl: {
              after: () =>
                failing === "proof" ? Promise.reject(new Error("no beat")) : Promise.resolve(""),
              old: "stays",
            },
          },
        });
        await assert.rejects(rotate(options), /The old values are back and in use/);
        assert.equal(values.get("heartbeatUrl"), old.heartbeatUrl);
        assert.deepEqual(
          log.filter((line) => line !== "set trailKey"),
          ["set heartbeatUrl", "set heartbeatUrl"],
        );
        assert.equal(ups, 2);
        assert.equal(readFileSync(stackFilePath("home", folder), "utf8"), file);
        assert.equal(trail(folder).at(-1)?.outcome, "failed");
      }
    }));

  it("says what is left to do when what was put back cannot be brought into use", () =>
    withFolder(async (folder) => {
      const { options, values } = bench(folder, { names: ["heartbeatUrl"], engine: broken });
      await assert.rejects(rotate(options), /but not in use .*run pulumi up --stack home/);
      assert.equal(values.get("heartbeatUrl"), old.heartbeatUrl);
    }));

  it("says what failed and what was put back also when the trail cannot be written", () =>
    withFolder(async (folder) => {
      const { options, values } = bench(folder, { names: ["heartbeatUrl"], engine: broken });
      const spoil = () => {
        mkdirSync(join(folder, "home"), { recursive: true });
        writeFileSync(trailFile("home", folder), "no trail\n");
      };
      const ask: RotateOptions["ask"] = (names) => {
        spoil();
        return options.ask(names);
      };
      await assert.rejects(
        rotate({ ...options, ask }),
        /up failed.*\n.*old values are back.*\n.*not noted/,
      );
      assert.equal(values.get("heartbeatUrl"), old.heartbeatUrl);
    }));

  it("begins nothing that cannot be noted", () =>
    withFolder(async (folder) => {
      const { options, printed } = bench(folder, { names: ["heartbeatUrl"] });
      mkdirSync(join(folder, "home"));
      writeFileSync(trailFile("home", folder), "<<<<<<< HEAD\n");
      await assert.rejects(rotate(options), /secrets\.jsonl: line 1 is none of ours/);
      assert.deepEqual(printed, []);
    }));

  it("asks for a value in place of one of your own, also where Bramble would make one", () =>
    withFolder(async (folder) => {
      const { options, values, printed } = bench(folder, { names: ["radarrApiKey"] });
      await rotate(options);
      assert.equal(values.get("radarrApiKey"), fresh.radarrApiKey);
      assert.match(printed.join(""), /radarrApiKey +a value of yours/);
      assert.match(trail(folder)[0]?.secrets[0]?.fingerprint ?? "", /^[0-9a-f]{12}$/);
    }));

  it("brings given values into use before it has others made, each by a run of the engine", () =>
    withFolder(async (folder) => {
      const names = ["grafanaPassword", "heartbeatUrl"];
      const { options, log } = bench(folder, { names });
      await rotate(options);
      assert.deepEqual(
        log.filter((line) => line !== "set trailKey"),
        ["set heartbeatUrl", "up", "up"],
      );
      assert.deepEqual(
        trail(folder).map(({ secrets }) => secrets.map(({ name }) => name)),
        [["heartbeatUrl"], ["grafanaPassword"]],
      );
    }));

  it("touches nothing in a dry run or without a word of consent, and prints names alone", () =>
    withFolder(async (folder) => {
      for (const more of [{ dryRun: true }, { confirm: () => Promise.resolve(false) }]) {
        const { options, log, printed } = bench(folder, {
          names: ["heartbeatUrl", "grafanaPassword"],
          ...{ proofs, ...more },
        });
        assert.equal(await rotate(options), "dryRun" in more ? 0 : 1);
        assert.deepEqual(log, []);
        assert.match(printed.join(""), /grafanaPassword +made anew +Grafana, people/);
        assert.ok(!printed.join("").includes("canary"));
        assert.equal(readFileSync(stackFilePath("home", folder), "utf8"), file);
        assert.ok(!existsSync(join(folder, "home")));
      }
    }));

  it("refuses each name that cannot be rotated, in one line with the reason", () =>
    withFolder(async (folder) => {
      const names = ["grafanaPasword", "recoveryKey", "cloudflareApiToken", "snapshotSshKey"];
      await assert.rejects(rotate(bench(folder, { names }).options), (error: Error) => {
        const lines = error.message.split("\n");
        assert.equal(lines.length, 4);
        assert.match(lines[0] ?? "", /did you mean `grafanaPassword`/);
        assert.match(lines[1] ?? "", /^recoveryKey is never rotated: copies from before/);
        assert.match(lines[2] ?? "", /^cloudflareApiToken is not used by this stack$/);
        return true;
      });
    }));

  it("refuses a value whose form is wrong before it asks anybody", () =>
    withFolder(async (folder) => {
      const wrong = new Map<SecretName, string>([["heartbeatUrl", "canary-no-url"]]);
      const { options, log } = bench(folder, {
        names: ["heartbeatUrl"],
        ask: () => Promise.resolve(wrong),
      });
      await assert.rejects(rotate(options), (error: Error) => {
        assert.match(error.message, /^heartbeatUrl: the new value is no http/);
        assert.ok(!error.message.includes("canary"));
        return true;
      });
      assert.deepEqual(log, []);
    }));

  it("never says a value, whatever fails and however loudly", async () => {
    const value = fc.stringMatching(/^[!-~]{12,40}$/);
    const place = fc.constantFrom("before", "after", "up", "none");
    await fc.assert(
      fc.asyncProperty(value, place, (secret, failing) =>
        withFolder(async (folder) => {
          const url = `https://hc.example.org/${secret}`;
          const loud = (where: string) =>
            failing === where
              ? Promise.reject(new Error(`x ${url}\n${url}`))
              : Promise.resolve("ok");
          const { options, printed } = bench(folder, {
            names: ["heartbeatUrl"],
            ask: () => Promise.resolve(new Map([["heartbeatUrl" as const, url]])),
            engine: {
              up: async () => {
                await loud("up");
              },
            },
            proofs: {
              heartbeatUrl: {
                before: () => loud("before"),
                after: () => loud("after"),
                old: "stays",
              },
            },
          });
          const error = await rotate(options).then(
            () => "",
            (failed: unknown) => (failed as Error).message,
          );
          const said = [
            ...printed,
            error,
            JSON.stringify(runs(folder)),
            JSON.stringify(trail(folder)),
            readFileSync(stackFilePath("home", folder), "utf8"),
          ];
          assert.deepEqual(
            said.filter((text) => text.includes(secret)),
            [],
          );
        }),
      ),
      { numRuns: 40 },
    );
  });
});

describe("the proofs", () => {
  it("say of every secret that is rotated how its new value is tried, or why it cannot be", () => {
    for (const name of inventoryNames) {
      if (inventory[name].rotation.by === "never") continue;
      const proof = proofs[name];
      assert.ok(proof, name);
      assert.ok(proof.before ?? proof.after ?? proof.untried, name);
      // A value that a person brings is tried while the old one is in use, wherever it can be.
      const given = inventory[name].rotation.by === "value";
      if (given) assert.ok(proof.before ?? proof.untried, name);
    }
  });
});
