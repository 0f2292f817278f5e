import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { boot, down, onHost, powerCut, requirements, sshCommand, up, wipe } from "../../lab/hosts";
import { buildStandin, type Standin, standinRequirements } from "../../lab/standin";

const lab = "bramble-standin-test";
const address = (name: string) => `10.77.0.1${name.slice(-1)}`;
const specs = ["bramble-1", "bramble-2", "bramble-3"].map((name) => ({
  name,
  address: address(name),
}));
const token = "standin-test-token";

/** Puts `content` on a host by stdin, as root. */
function put(name: string, path: string, content: string | Buffer, mode: string): void {
  const script = `install -D -m ${mode} /dev/stdin ${path}`;
  const [file = "", ...args] = sshCommand(lab, name, `sudo ${script}`);
  execFileSync(file, args, { input: content });
}

function install(built: Standin, name: string, role: "server" | "agent", config: string): void {
  const unit = role === "agent" ? "k3s-agent" : "k3s";
  put(name, "/usr/local/bin/k3s", readFileSync(join(built.directory, "k3s")), "755");
  const start = `ExecStart=/usr/local/bin/k3s ${role}`;
  const service = `[Service]\nType=notify\nTimeoutStartSec=0\nRestart=always\nRestartSec=5s\n${start}\n`;
  const wanted = "[Install]\nWantedBy=multi-user.target\n";
  put(name, `/etc/systemd/system/${unit}.service`, service + wanted, "644");
  put(name, "/etc/rancher/k3s/config.yaml", `node-ip: ${address(name)}\n${config}`, "600");
}

async function start(name: string, unit: string): Promise<void> {
  await onHost(lab, name, `sudo systemctl daemon-reload && sudo systemctl enable --now ${unit}`);
}

async function kubectl(command: string, name = "bramble-1"): Promise<string> {
  return await onHost(lab, name, `sudo k3s kubectl ${command}`);
}

/** Ready nodes, those with a voting etcd member marked by `*`. */
async function ready(): Promise<string[]> {
  const nodes = JSON.parse(await kubectl("get nodes -o json")) as {
    items: { metadata: { name: string }; status: { conditions: Record<string, string>[] } }[];
  };
  return nodes.items.flatMap(({ metadata, status }) => {
    const is = (type: string) =>
      status.conditions.some((c) => c.type === type && c.status === "True");
    return is("Ready") ? [metadata.name + (is("EtcdIsVoter") ? "*" : "")] : [];
  });
}

async function eventually(what: string, check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt++) {
    if (await check().catch(() => false)) {
      return;
    }
    await sleep(1000);
  }
  assert.fail(`not within a minute: ${what}`);
}

describe("k3s stand-in on lab hosts", function () {
  this.timeout(900_000);
  let built: Standin;
  const joining = `server: https://10.77.0.11:6443\ntoken: ${token}\n`;
  const reason = requirements() ?? standinRequirements();

  before(async function () {
    if (reason !== undefined) {
      console.log(`skipped: ${reason}`);
      this.skip();
    }
    built = await buildStandin(console.log);
    await down(lab);
    await up(lab, specs);
  });

  after(async () => {
    if (reason === undefined) {
      await down(lab);
    }
  });

  it("is laid out as a release's air-gap directory and does not claim to be k3s", () => {
    const binary = readFileSync(join(built.directory, "k3s"));
    const line = readFileSync(join(built.directory, "sha256sum-amd64.txt"), "utf8");
    assert.equal(line, `${createHash("sha256").update(binary).digest("hex")}  k3s\n`);
    const said = execFileSync(join(built.directory, "k3s"), ["--version"], { encoding: "utf8" });
    assert.match(said, /stand-in v1\.\d+\.\d+\+k3s0 \(upstream Kubernetes v1\.\d+\.\d+, not k3s\)/);
  });

  it("joins servers as voters and agents as nodes, and refuses a wrong token", async () => {
    install(built, "bramble-1", "server", `cluster-init: true\ntoken: ${token}\n`);
    await start("bramble-1", "k3s");
    install(built, "bramble-2", "server", joining.replace(token, "wrong"));
    const refused = await onHost(lab, "bramble-2", "sudo k3s server 2>&1 || echo exit $?");
    assert.match(refused, /token is not valid: .*401 Unauthorized/);
    assert.match(refused, /exit 1\n$/);
    install(built, "bramble-2", "server", joining);
    await start("bramble-2", "k3s");
    install(built, "bramble-3", "agent", joining);
    await start("bramble-3", "k3s-agent");
    await eventually(
      "three nodes",
      async () => (await ready()).join() === "bramble-1*,bramble-2*,bramble-3",
    );
  });

  it("refuses a key that k3s does not have", async () => {
    put("bramble-3", "/etc/rancher/k3s/config.yaml.d/x.yaml", "node-labels: [a=b]\n", "600");
    const said = await onHost(lab, "bramble-3", "sudo k3s agent 2>&1 || true");
    assert.match(said, /flag provided but not defined: -node-labels/);
    await onHost(lab, "bramble-3", "sudo rm -r /etc/rancher/k3s/config.yaml.d");
  });

  it("comes back from its own disk after a power cut", async () => {
    await powerCut(lab, "bramble-1");
    await boot(lab, "bramble-1");
    await eventually("both voters", async () => (await ready()).length === 3);
  });

  it("frees the etcd member of a deleted node, and restores a snapshot", async () => {
    await kubectl("delete node bramble-2");
    await onHost(lab, "bramble-1", "sudo k3s etcd-snapshot save --name kept");
    await kubectl("create namespace too-late");
    await onHost(lab, "bramble-1", "sudo systemctl stop k3s");
    const file = "$(sudo find /var/lib/rancher/k3s/server/db/snapshots -name 'kept-*')";
    const restore = `sudo k3s server --cluster-reset --cluster-reset-restore-path=${file} 2>&1`;
    assert.match(await onHost(lab, "bramble-1", restore), /membership has been reset/);
    await start("bramble-1", "k3s");
    assert.doesNotMatch(await kubectl("get namespaces"), /too-late/);
  });

  it("lets a rebuilt server join only when its old node password is gone", async () => {
    await wipe(lab, "bramble-2");
    install(built, "bramble-2", "server", joining);
    await start("bramble-2", "k3s");
    await eventually("the name is refused", async () =>
      (await onHost(lab, "bramble-2", "sudo journalctl -u k3s --no-pager")).includes(
        "Node password rejected",
      ),
    );
    await kubectl("-n kube-system delete secret bramble-2.node-password.k3s");
    await eventually("the rebuilt voter", async () => (await ready()).includes("bramble-2*"));
  });
});
