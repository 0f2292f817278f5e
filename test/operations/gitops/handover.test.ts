import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { gitIn } from "../../../operations/gitops/git";
import { handover, type HandoverOptions } from "../../../operations/gitops/handover";
import { renderStack, writeFiles } from "../../../operations/gitops/render";
import { writeDelivery } from "../../../operations/gitops/stackText";
import { existingCluster } from "../../support/program";

const stack = "home";
const marker = "urn:x::bramble:workload:MediaStack$bramble:workload:DeliveredByPulumi::media-delivery";
const prefix = "urn:x::bramble:workload:MediaStack$";

/** A state as the CLI exports it. */
function exported(deletedWith: string | undefined): string {
  const radarr = {
    ...{ urn: `${prefix}kubernetes:apps/v1:Deployment::radarr` },
    ...{ type: "kubernetes:apps/v1:Deployment", custom: true },
    ...(deletedWith === undefined ? {} : { deletedWith }),
  };
  const secret = {
    urn: `${prefix}kubernetes:core/v1:Secret::media-stack-secrets`,
    ...{ type: "kubernetes:core/v1:Secret", custom: true },
  };
  const application = {
    urn: "urn:x::bramble:gitops:Delivery$kubernetes:argoproj.io/v1alpha1:Application::media-application",
    ...{ type: "kubernetes:argoproj.io/v1alpha1:Application", custom: true },
  };
  return JSON.stringify({ version: 3, deployment: { resources: [radarr, secret, application] } });
}

describe("operations/gitops/handover", function () {
  // Each of these renders a stack several times.
  this.timeout(60_000);
  let folder: string;
  let project: string;
  let done: string[];
  const stackFile = () => join(project, `Pulumi.${stack}.yaml`);
  const deliversNow = () => /by: (\w+)/.exec(readFileSync(stackFile(), "utf8"))?.[1];
  const git = (...args: string[]) => {
    const { status, stderr } = spawnSync("git", ["-C", project, ...args], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const publish = async () => {
    const { folder: path, files } = await renderStack(stack, project);
    writeFiles(join(project, path), files);
    git("add", "--all");
    git("commit", "--quiet", "--message", "Render");
    git("push", "--quiet", "origin", "main");
  };
  const options = (to: "pulumi" | "argocd", state = exported(marker)): HandoverOptions => ({
    ...{ stack, to, directory: project, git: gitIn(project), records: join(folder, "records") },
    print: () => undefined,
    cli: () => Promise.resolve(state),
    watch: (args, environment = {}) => {
      done.push([deliversNow(), args[0], ...args.slice(5), ...Object.keys(environment)].join(" "));
      return Promise.resolve();
    },
    kubectl: (args) => {
      done.push(`kubectl ${args[0] ?? ""}`);
      const metadata = {
        ...{ name: "radarr", uid: "1" },
        annotations: { "argocd.argoproj.io/tracking-id": "media-stack:apps/Deployment" },
      };
      return Promise.resolve(JSON.stringify({ items: [{ kind: "Deployment", metadata }] }));
    },
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-handover-"));
    project = join(folder, "project");
    done = [];
    for (const args of [
      ["init", "--quiet", "--bare", join(folder, "home.git")],
      ["init", "--quiet", "--initial-branch", "main", project],
    ]) {
      spawnSync("git", args);
    }
    git("config", "user.email", "me@example.org");
    git("config", "user.name", "me");
    // The configuration takes no paths; Git is told where that address leads.
    git("config", `url.${folder}/.insteadOf`, "https://git.example.org/");
    git("remote", "add", "origin", join(folder, "home.git"));
    const sections = {
      ...existingCluster,
      platform: { argocd: { enabled: false } },
      delivery: { by: "pulumi", repository: "https://git.example.org/home.git" },
    };
    const config = Object.entries(sections).map(([key, value]) => [`bramble:${key}`, value]);
    const text = stringify({ config: Object.fromEntries(config) as object });
    writeFileSync(stackFile(), `# Ours.\n${text}`);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const refused = async (state?: string) => {
    const { message } = await handover(options("argocd", state)).then(
      () => new Error("it was not refused"),
      (error: unknown) => error as Error,
    );
    assert.deepEqual(done, []);
    assert.equal(deliversNow(), "pulumi");
    const [first, reason = ""] = message.split("\n");
    assert.equal(first, "nothing was handed over");
    return reason;
  };

  it("refuses until the files are rendered, committed and pushed", async () => {
    assert.match(await refused(), /is not what the configuration asks for: npm run gitops/);
    const { folder: path, files } = await renderStack(stack, project);
    writeFiles(join(project, path), files);
    assert.match(await refused(), /gitops\/talos has changes that are not committed/);
    git("add", "--all");
    git("commit", "--quiet", "--message", "Render");
    assert.match(await refused(), /has no branch or tag main/);
    git("push", "--quiet", "origin", "main");
    writeFileSync(join(project, path, "radarr", "service.yaml"), "other\n");
    assert.match(await refused(), /is not what the configuration asks for/);
  });

  it("refuses while the engine would delete the workloads", async () => {
    await publish();
    assert.match(await refused(exported(undefined)), /does not guard radarr yet: pulumi up/);
    assert.match(await refused(exported("urn:x::cluster-id")), /does not guard radarr yet/);
  });

  it("hands over by one changed word and one up", async () => {
    await publish();
    const before = readFileSync(stackFile(), "utf8");
    assert.equal(await handover(options("argocd")), 0);
    assert.deepEqual(done, ["argocd up"]);
    assert.equal(readFileSync(stackFile(), "utf8"), before.replace("by: pulumi", "by: argocd"));
    const [record = ""] = readdirSync(join(folder, "records", stack, "runs"));
    assert.match(record, /-handover-/);
  });

  it("lets Argo CD go before Pulumi takes what exists", async () => {
    await publish();
    const text = readFileSync(stackFile(), "utf8");
    writeFileSync(stackFile(), writeDelivery(text, "argocd"));
    assert.equal(await handover(options("pulumi")), 0);
    assert.deepEqual(done, [
      "argocd destroy --target urn:x::bramble:gitops:Delivery$kubernetes:argoproj.io/v1alpha1:Application::media-application",
      "kubectl get",
      "kubectl patch",
      "pulumi up PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
      "pulumi up",
    ]);
    assert.equal(readFileSync(stackFile(), "utf8"), text);
  });

  it("stays with who delivers when the engine fails before", async () => {
    const text = readFileSync(stackFile(), "utf8");
    writeFileSync(stackFile(), writeDelivery(text, "argocd"));
    const failing = { ...options("pulumi"), watch: () => Promise.reject(new Error("no engine")) };
    await assert.rejects(handover(failing), /no engine/);
    assert.equal(deliversNow(), "argocd");
  });
});

describe("operations/gitops/stackText", () => {
  const write = (delivery: string) =>
    writeDelivery(`# Ours.\nconfig:\n  bramble:delivery: ${delivery}`, "argocd");

  it("changes the one word, or adds it, in either style", () => {
    assert.match(write("{by: pulumi,  repository: x} # why\n"), /: \{by: argocd,  repository: x\} # why\n$/);
    assert.match(write("{ repository: x }\n"), /: \{ by: argocd, repository: x \}\n$/);
    assert.match(write("\n    repository: x\n"), /delivery: \n {4}by: argocd\n {4}repository: x\n$/);
    assert.match(write("\n    by: pulumi # for now\n"), /\n {4}by: argocd # for now\n$/);
  });

  it("wants to know where from", () => {
    assert.throws(() => writeDelivery("config: {}\n", "argocd"), /no bramble:delivery/);
  });
});
