import { strict as assert } from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  boot,
  down,
  inside,
  type LabHost,
  leftovers,
  onHost,
  partition,
  powerCut,
  requirements,
  running,
  sshCommand,
  up,
  wipe,
} from "../../lab/hosts";

// A lab of its own: `down` would take other tests' hosts with it.
const lab = "bramble-hosts-test";
const specs = [
  { name: "bramble-1", address: "10.77.0.11" },
  { name: "bramble-2", address: "10.77.0.12" },
  { name: "bramble-3", address: "10.77.0.13", diskMb: 128 },
  { name: "bramble-4", address: "10.77.0.14", pi: true },
];

/** What belongs to the machine and must be the same before, during and after a lab. */
function machine(): Record<string, string> {
  const setting = (name: string) => readFileSync(`/proc/sys/${name}`, "utf8");
  const settings = ["net/ipv4/ip_forward", "vm/overcommit_memory", "vm/swappiness", "kernel/panic"];
  return {
    routes: execFileSync("ip", ["-j", "route", "show", "table", "all"], { encoding: "utf8" }),
    links: execFileSync("ip", ["-o", "link"], { encoding: "utf8" }),
    hostname: setting("kernel/hostname"),
    bootId: setting("kernel/random/boot_id"),
    settings: settings.map(setting).join(),
  };
}

/** Everything on the machine that carries the lab's name. */
function traces(): string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const processes = readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(`/${lab}`);
    } catch {
      return false;
    }
  });
  const loops = readdirSync("/sys/block")
    .map((block) => `/sys/block/${block}/loop/backing_file`)
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8"));
  const groups = execFileSync("find", ["/sys/fs/cgroup", "-name", lab], { encoding: "utf8" });
  return [
    ...mounts.filter((line) => line.includes(lab)),
    ...processes.map((pid) => `process ${pid}`),
    ...loops.filter((file) => file.includes(lab)),
    ...groups.split("\n").filter(Boolean),
    ...(existsSync(`/run/netns/${lab}`) ? ["network namespace"] : []),
    ...leftovers(lab),
  ];
}

async function bootId(name: string): Promise<string> {
  return (await onHost(lab, name, "cat /proc/sys/kernel/random/boot_id")).trim();
}

/** Reboots a host from inside, as a host script does; returns when it answers with another boot id. */
async function reboot(name: string): Promise<void> {
  const before = await bootId(name);
  await onHost(lab, name, "sudo systemctl reboot").catch(() => "the connection may end first");
  for (let attempt = 0; attempt < 300; attempt++) {
    const now = await bootId(name).catch(() => before);
    if (now !== before) {
      return;
    }
    await sleep(100);
  }
  assert.fail(`${name} did not come back with a new boot id`);
}

function runs(argv: readonly string[]): boolean {
  const [file = "", ...args] = argv;
  return spawnSync(file, args, { stdio: "ignore" }).status === 0;
}

describe("lab hosts", function () {
  this.timeout(600_000);
  let untouched: Record<string, string>;
  let hosts: LabHost[];

  before(async function () {
    const reason = requirements();
    if (reason !== undefined) {
      console.log(`skipped: ${reason}`);
      this.skip();
    }
    await down(lab);
    untouched = machine();
    hosts = await up(lab, specs);
  });

  after(async () => {
    if (requirements() === undefined) {
      await down(lab);
    }
  });

  it("boot four hosts to SSH, each with its own pinned key", async () => {
    const names = await Promise.all(hosts.map(({ name }) => onHost(lab, name, "hostname")));
    assert.deepEqual(
      names.map((name) => name.trim()),
      ["bramble-1", "bramble-2", "bramble-3", "bramble-4"],
    );
    assert.equal(new Set(hosts.map(({ hostKey }) => hostKey)).size, 4);
    assert.match(hosts[0]?.hostKey ?? "", /^ssh-ed25519 AAAA\S+$/);
    assert.deepEqual(
      running(lab),
      names.map((name) => name.trim()),
    );
  });

  it("start every unit of the hosts' systemd", async () => {
    for (const { name } of hosts) {
      const state = await onHost(lab, name, "systemctl is-system-running --wait");
      assert.equal(state.trim(), "running", name);
    }
  });

  it("let pi use sudo, nosudo not, and root not log in", async () => {
    assert.equal((await onHost(lab, "bramble-1", "sudo id -un")).trim(), "root");
    assert.ok(runs(sshCommand(lab, "bramble-1", "true", "nosudo")));
    assert.ok(!runs(sshCommand(lab, "bramble-1", "sudo -n true", "nosudo")));
    assert.ok(!runs(sshCommand(lab, "bramble-1", "true", "root")));
  });

  it("leave hosts that are on alone when brought up again", async () => {
    const first = await bootId("bramble-1");
    assert.deepEqual(await up(lab, specs), hosts);
    assert.equal(await bootId("bramble-1"), first);
  });

  it("reboot from inside with a new boot id and the same disk", async () => {
    await onHost(lab, "bramble-1", "echo kept | sudo tee /etc/kept /var/lib/kept; sync");
    await reboot("bramble-1");
    assert.equal(await onHost(lab, "bramble-1", "cat /etc/kept /var/lib/kept"), "kept\nkept\n");
  });

  it("play a Pi: the boot file takes effect at the next boot and turns the memory cgroup on", async () => {
    const seen = () =>
      onHost(
        lab,
        "bramble-4",
        `tr -d '\\0' </sys/firmware/devicetree/base/model; echo
         grep -o cgroup_enable=memory /proc/cmdline
         awk '$1 == "memory" { print $4 }' /proc/cgroups`,
      );
    assert.equal(await seen(), "Raspberry Pi 4 Model B Rev 1.4\n0\n");
    const edit = "sudo sed -i 's/$/ cgroup_enable=memory/' /boot/firmware/cmdline.txt";
    await onHost(lab, "bramble-4", edit);
    assert.equal(await seen(), "Raspberry Pi 4 Model B Rev 1.4\n0\n");
    await reboot("bramble-4");
    assert.equal(await seen(), "Raspberry Pi 4 Model B Rev 1.4\ncgroup_enable=memory\n1\n");
  });

  it("keep the disk over a power cut, and the other hosts on", async () => {
    await onHost(lab, "bramble-3", "echo kept | sudo tee /etc/kept /var/lib/kept; sync");
    await powerCut(lab, "bramble-3");
    assert.deepEqual(running(lab), ["bramble-1", "bramble-2", "bramble-4"]);
    assert.deepEqual(await boot(lab, "bramble-3"), hosts[2]);
    assert.equal(await onHost(lab, "bramble-3", "cat /etc/kept /var/lib/kept"), "kept\nkept\n");
  });

  it("stay off after a power off from inside", async () => {
    await onHost(lab, "bramble-2", "sudo systemctl poweroff").catch(() => "ends first");
    for (let attempt = 0; attempt < 300 && running(lab).includes("bramble-2"); attempt++) {
      await sleep(100);
    }
    await sleep(1000);
    assert.ok(!running(lab).includes("bramble-2"));
    await boot(lab, "bramble-2");
  });

  it("limit the disk of a host that asks for it", async () => {
    const fill = "sudo dd if=/dev/zero of=/var/lib/fill bs=1M count=200 status=none";
    assert.ok(!runs(sshCommand(lab, "bramble-3", fill)));
    await onHost(lab, "bramble-3", "sudo rm /var/lib/fill");
  });

  it("wipe a host: a fresh disk with new host keys", async () => {
    const fresh = await wipe(lab, "bramble-1");
    assert.notEqual(fresh.hostKey, hosts[0]?.hostKey);
    assert.ok(!runs(sshCommand(lab, "bramble-1", "test -e /etc/kept -o -e /var/lib/kept")));
    hosts[0] = fresh;
  });

  it("cut a host's network and connect it again", async () => {
    const reach = sshCommand(lab, "bramble-2", "true");
    await partition(lab, "bramble-2", "on");
    assert.ok(!runs(reach));
    assert.ok(running(lab).includes("bramble-2"));
    await partition(lab, "bramble-2", "off");
    assert.ok(runs(reach));
  });

  it("let no packet out of the lab", () => {
    for (const address of ["10.42.0.9", "10.43.0.1", "1.1.1.1"]) {
      const route = spawnSync("nsenter", inside(lab, ["ip", "route", "get", address]).slice(1));
      assert.match(route.stderr.toString(), /No route to host/, address);
    }
    const forward = inside(lab, ["cat", "/proc/sys/net/ipv4/ip_forward"]).slice(1);
    assert.equal(execFileSync("nsenter", forward, { encoding: "utf8" }), "0\n");
  });

  it("keep what a host sets away from the machine", async () => {
    await onHost(
      lab,
      "bramble-1",
      `sudo sysctl -qw vm.overcommit_memory=1 vm.swappiness=1 kernel.panic=99 net.ipv4.ip_forward=1
       sudo nft add table inet lab-test
       sudo ip route add 198.51.100.0/24 dev eth0
       sudo hostname changed`,
    );
    const seen = await onHost(
      lab,
      "bramble-1",
      "cat /proc/sys/vm/swappiness /proc/sys/kernel/panic",
    );
    assert.equal(seen, "1\n99\n");
    assert.deepEqual(machine(), untouched);
  });

  it("leave nothing behind", async () => {
    assert.notDeepEqual(traces(), []);
    await down(lab);
    assert.deepEqual(traces(), []);
    assert.deepEqual(machine(), untouched);
    await down(lab);
  });
});
