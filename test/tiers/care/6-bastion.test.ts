import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { labFolder } from "../../../lab/folders";
import { sshKeyPath } from "../../../lab/hosts";
import { stackFilePath } from "../../../operations/stackFile";
import { ProgramFailure } from "../support/run";
import {
  answersDirectly,
  gateDown,
  gateLab,
  gateUp,
  gateValues,
  inner,
  innerRunsSince,
  keyOf,
  onInner,
  operate,
  release,
  runThroughGate,
  serve,
} from "./gate";
import { slow } from "../support/slow";

const password = "c4nary-of-the-registry";

async function failure(work: Promise<unknown>): Promise<ProgramFailure> {
  const error = await work.then(
    () => assert.fail("the run succeeded"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProgramFailure, String(error));
  return error;
}

/** A stack's file for operator commands, with or without pins. */
async function stackFolder(pinned: boolean): Promise<string> {
  const { sections } = await gateValues();
  const folder = join(labFolder(gateLab), pinned ? "pinned" : "unpinned");
  mkdirSync(folder, { recursive: true });
  const config = Object.fromEntries(
    Object.entries(sections).map(([key, value]) => [`bramble:${key}`, value]),
  );
  const text = stringify({ config }, { lineWidth: 0 });
  const unpinned = text.replaceAll(/^ +hostKey: .*\n/gm, "");
  writeFileSync(stackFilePath("home", folder), pinned ? text : unpinned);
  return folder;
}

async function nodeJson(path: string): Promise<string> {
  return (await onInner(`k3s kubectl get node ${inner} --output 'jsonpath=${path}'`)).trim();
}

const architecture = process.arch === "arm64" ? "arm64" : "amd64";
const imagesFile = `k3s-airgap-images-${architecture}.tar.gz`;
const binaryFile = architecture === "arm64" ? "k3s-arm64" : "k3s";

/** A mirror of one release: its binary, and images that are no images. */
async function mirrorFolder(images: string, listed = images): Promise<string> {
  const { version, directory } = await release();
  const root = join(labFolder(gateLab), "mirror");
  const folder = join(root, version);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, binaryFile))) {
    copyFileSync(join(directory, binaryFile), join(folder, binaryFile));
  }
  const sums = `sha256sum-${architecture}.txt`;
  const digest = createHash("sha256").update(listed).digest("hex");
  const own = readFileSync(join(directory, sums), "utf8").trimEnd();
  writeFileSync(join(folder, sums), `${own}\n${digest}  ${imagesFile}\n`);
  writeFileSync(join(folder, imagesFile), images);
  return root;
}

describe("a host behind a bastion", () => {
  before(gateUp);
  after(gateDown);

  it("is reached by nobody but the bastion", async () => {
    assert.equal(await answersDirectly(), false);
    assert.equal((await onInner("uname -n")).trim(), inner);
  });

  it("is not touched through a bastion that shows another key", async () => {
    const { message, begun } = await failure(
      runThroughGate({ bastion: { hostKey: keyOf(inner) } }),
    );
    assert.match(message, /host key/i);
    assert.ok(!begun.includes(`${inner}-facts`));
    await onInner("test ! -e /usr/local/lib/bramble");
  });

  it("is pinned through the bastion, which is pinned before", async () => {
    const directory = await stackFolder(false);
    const options = ["--directory", directory, "--identity", sshKeyPath(gateLab)];
    const { code, stdout, stderr } = await operate("hosts", "home", "trust", "--yes", ...options);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /ssh\.bastion +10\.77\.0\.11 +ssh-ed25519 .* new\n/);
    const text = readFileSync(stackFilePath("home", directory), "utf8");
    for (const name of ["gate", inner]) assert.ok(text.includes(`hostKey: ${keyOf(name)}`), name);
  });

  it("is looked at through it, both keys checked", async () => {
    const directory = await stackFolder(true);
    const options = ["--directory", directory, "--identity", sshKeyPath(gateLab)];
    const looked = await operate("hosts", "home", "check", ...options);
    assert.match(looked.stdout, /inner +10\.77\.0\.12 +server +ok /, looked.stderr);
    const file = stackFilePath("home", directory);
    writeFileSync(file, readFileSync(file, "utf8").replace(keyOf("gate"), keyOf(inner)));
    const { code, stdout } = await operate("hosts", "home", "check", ...options);
    assert.equal(code, 1);
    assert.match(stdout, /inner: the bastion 10\.77\.0\.11 shows another host key/);
  });

  it("becomes a cluster, its release uploaded through the bastion", async () => {
    const row = { labels: { disk: "ssd" }, taints: [{ key: "slow", effect: "PreferNoSchedule" }] };
    const { registrations } = await runThroughGate({ row });
    assert.ok(registrations.some(({ type }) => type.endsWith(":CopyToRemote")));
    assert.equal(await nodeJson("{.metadata.labels.disk}"), "ssd");
    assert.equal(await nodeJson('{.spec.taints[?(@.key=="slow")].effect}'), "PreferNoSchedule");
  });

  it("takes on the labels and taints of its row, keeps others', and restarts nothing", async () => {
    await onInner(`k3s kubectl label node ${inner} other=stays >/dev/null`);
    const since = await innerRunsSince();
    const worker = "node-role.kubernetes.io/worker";
    const row = {
      labels: { rack: "a", [worker]: "" },
      taints: [{ key: "new", value: "x", effect: "PreferNoSchedule" }],
    };
    const { report } = await runThroughGate({ row });
    assert.ok(report.counts.changed > 0);
    const labels = JSON.parse(await nodeJson("{.metadata.labels}")) as Record<string, string>;
    assert.equal(labels["rack"], "a");
    assert.equal(labels[worker], "");
    assert.equal(labels["other"], "stays");
    assert.ok(!("disk" in labels), "what the row no longer names is gone");
    const taints = await nodeJson("{.spec.taints}");
    assert.match(taints, /"new"/);
    assert.ok(!taints.includes("slow"));
    assert.equal(await innerRunsSince(), since);
    const again = await runThroughGate({ row });
    assert.equal(again.report.counts.changed, 0, again.log.join("\n"));
    await onInner("! grep -q rack /etc/rancher/k3s/config.yaml");
    await onInner("grep -q rack=a /etc/rancher/k3s/config.yaml.d/20-registration.yaml");
  });

  slow(
    "takes registries with a secret log-in in its turn, and forgets them when they go",
    async () => {
      const since = await innerRunsSince();
      const registries = {
        mirrors: { "docker.io": { endpoints: ["https://registry.lan:5000"] } },
        configs: { "registry.lan:5000": { auth: true } },
      };
      const login = (secret: string) => ({
        "registry.lan:5000": { username: "puller", password: secret },
      });
      const file = "/etc/rancher/k3s/registries.yaml";
      const first = await runThroughGate({ k3s: { registries }, logins: login(password) });
      assert.ok(!first.log.join("\n").includes(password));
      assert.match(await onInner(`cat ${file}`), new RegExp(password));
      assert.equal((await onInner(`stat -c '%a %U' ${file}`)).trim(), "600 root");
      const restarted = await innerRunsSince();
      assert.notEqual(restarted, since);

      const second = await runThroughGate({ k3s: { registries }, logins: login("an0ther") });
      const stdin = (result: typeof first) =>
        result.registrations.find(({ name }) => name === `${inner}-k3s`)?.inputs["stdin"];
      assert.notEqual(stdin(second), stdin(first), "the engine would not have run k3s's command");
      assert.notEqual(await innerRunsSince(), restarted);
      assert.match(await onInner(`cat ${file}`), /an0ther/);

      await runThroughGate();
      await onInner(`test ! -e ${file} && test ! -e /etc/bramble/k3s/registries.yaml`);
    },
  );

  describe("with a mirror of releases", () => {
    let stop: (() => void) | undefined;
    const fromMirror = {
      k3s: {
        airGapDirectory: undefined,
        airGapImages: true,
        downloadUrl: "http://10.77.0.1:8099",
        checksums: {},
      },
    };
    const images = `/var/lib/rancher/k3s/agent/images/${imagesFile}`;

    before(async () => {
      const server = await serve(await mirrorFolder("images of one release"));
      stop = () => server.kill();
    });
    after(() => stop?.());

    it("brings the release's images, checked against the mirror's digests", async () => {
      await runThroughGate(fromMirror);
      assert.equal(await onInner(`cat ${images}`), "images of one release");
    });

    it("refuses images that are not what the digests say, and replaces nothing", async () => {
      await mirrorFolder("corrupted", "images of the next release");
      const since = await innerRunsSince();
      const { message } = await failure(runThroughGate(fromMirror));
      assert.match(
        message,
        new RegExp(`checksum mismatch for ${imagesFile} .*nothing was install`),
      );
      assert.equal(await onInner(`cat ${images}`), "images of one release");
      assert.equal(await innerRunsSince(), since);
      assert.equal((await onInner("ls -A /var/lib/rancher/k3s/agent/images")).trim(), imagesFile);
    });

    it("says which file a mirror lacks", async () => {
      const { version } = await release();
      rmSync(join(labFolder(gateLab), "mirror", version, `sha256sum-${architecture}.txt`));
      const { message } = await failure(runThroughGate(fromMirror));
      assert.match(message, /sha256sum-\w+\.txt is not under http:\/\/10\.77\.0\.1:8099\/v1\./);
    });
  });
});
