import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configSchema } from "../../../config/schema";
import {
  type AppConfigsContext,
  backupAppConfigs,
  restoreAppConfig,
  verifyAppConfigs,
} from "../../../operations/appConfigs/appConfigs";
import type { Kubectl } from "../../../operations/cluster/kubectl";
import { withFolder } from "../../support/folders";
import { ownCluster } from "../../support/program";

const config = configSchema.parse({
  ...ownCluster,
  ops: { appBackups: { nfs: { server: "nas.lan", path: "/copies" } } },
});

const deployment = {
  kind: "Deployment",
  metadata: { name: "radarr", uid: "1" },
  spec: { replicas: 1 },
};

/** A cluster whose jobs end as told; notes what it was asked. */
function cluster(outcome: "Complete" | "Failed" = "Complete") {
  const asked: string[] = [];
  const created: string[] = [];
  const kubectl: Kubectl = (args, input) => {
    asked.push(args.filter((word) => !/^(--namespace|media|--output|json)$/.test(word)).join(" "));
    if (input !== undefined) created.push(input);
    const [verb, kind] = args;
    if (verb === "get" && kind === "job") {
      const conditions = [{ type: outcome, status: "True" }];
      return Promise.resolve(JSON.stringify({ ...deployment, status: { conditions } }));
    }
    if (verb === "get" && kind === "pods") return Promise.resolve('{"items":[]}');
    if (verb === "get") return Promise.resolve(JSON.stringify(deployment));
    return Promise.resolve(verb === "logs" ? "radarr: 2 file(s) restored\n" : "");
  };
  return { asked, created, kubectl };
}

function run<T>(
  kubectl: Kubectl,
  act: (context: AppConfigsContext, said: string[]) => Promise<T>,
  of = config,
): Promise<T> {
  return withFolder((recordsFolder) => {
    const said: string[] = [];
    const print = (text: string) => said.push(text);
    return act({ stack: "home", config: of, kubectl, print, recordsFolder }, said);
  });
}

const agreed = () => Promise.resolve(true);

describe("backup app-configs", () => {
  it("runs each app's own job, or the one that is named", async () => {
    const { asked, kubectl } = cluster();
    await run(kubectl, (context) => backupAppConfigs(context, "radarr"));
    assert.match(asked[0] ?? "", /^create job backup-radarr-\d{12} --from=cronjob\/backup-radarr$/);
    const all = cluster();
    await run(all.kubectl, (context) => backupAppConfigs(context, undefined));
    assert.equal(all.asked.filter((call) => call.startsWith("create job")).length, 8);
  });

  it("goes on with the others when one fails, tells what the job said, and records both", async () => {
    const { asked, kubectl } = cluster("Failed");
    await run(kubectl, async (context) => {
      await assert.rejects(
        backupAppConfigs(context, undefined),
        /job backup-prowlarr-.* failed: radarr: 2/,
      );
      const folder = join(context.recordsFolder ?? "", "home", "runs");
      const [record = ""] = readdirSync(folder);
      assert.match(readFileSync(join(folder, record), "utf8"), /"outcome": "failed"/);
    });
    assert.equal(asked.filter((call) => call.startsWith("create job")).length, 8);
  });

  it("names the mend where nothing is copied, and the apps where one is unknown", async () => {
    const nowhere = configSchema.parse(ownCluster);
    const { kubectl } = cluster();
    await assert.rejects(
      run(kubectl, (context) => backupAppConfigs(context, undefined), nowhere),
      /name a place at ops\.appBackups/,
    );
    await assert.rejects(
      run(kubectl, (context) => backupAppConfigs(context, "jellyfin")),
      /jellyfin is no app of this stack: choose one of prowlarr, /,
    );
  });

  it("shows what the trial restore found", async () => {
    const { asked, kubectl } = cluster();
    await run(kubectl, async (context, said) => {
      assert.equal(await verifyAppConfigs(context), 0);
      assert.match(said.join(""), /2 file\(s\) restored/);
    });
    assert.match(asked[0] ?? "", /--from=cronjob\/app-configs-verify$/);
  });
});

describe("restore app-configs", () => {
  it("stops the app, puts the copy back, and starts the app", async () => {
    const { asked, created, kubectl } = cluster();
    await run(kubectl, (context) =>
      restoreAppConfig({ ...context, app: "radarr", confirm: agreed }),
    );
    const scaled = asked.filter((call) => call.startsWith("scale"));
    assert.deepEqual(scaled, [
      "scale deployment/radarr --replicas=0",
      "scale deployment/radarr --replicas=1",
    ]);
    const job = asked.findIndex((call) => call === "create --filename -");
    assert.ok(job > asked.indexOf("scale deployment/radarr --replicas=0"));
    assert.ok(job < asked.indexOf("scale deployment/radarr --replicas=1"));
    assert.match(created.join(""), /"fetch","home","latest","radarr"/);
  });

  it("starts the app again when the copy is damaged", async () => {
    const { asked, kubectl } = cluster("Failed");
    await assert.rejects(
      run(kubectl, (context) =>
        restoreAppConfig({ ...context, app: "radarr", snapshot: "4b1d", confirm: agreed }),
      ),
      /failed/,
    );
    assert.equal(
      asked.filter((call) => call.startsWith("scale")).at(-1),
      "scale deployment/radarr --replicas=1",
    );
  });

  it("touches nothing without a person's word", async () => {
    const { asked, kubectl } = cluster();
    const code = await run(kubectl, (context) =>
      restoreAppConfig({ ...context, app: "radarr", confirm: () => Promise.resolve(false) }),
    );
    assert.equal(code, 1);
    assert.deepEqual(asked, []);
  });
});
