import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { clusterFindings } from "../../../operations/drift/clusterFindings";
import { parseLook } from "../../../operations/drift/hostFindings";
import { projectDirectory } from "../../../operations/stackFile";
import { asRoot, drift, keptLooks, labDown, labUp, names } from "./astray";
import { differences } from "../hosts/observe";

interface Document {
  readonly clean: boolean;
  readonly findings: readonly { readonly where: string; readonly what: string }[];
  readonly failures: readonly string[];
}

/** One look: its code, and what it found as `WHERE WHAT`. */
async function look(): Promise<{ code: number; found: string[]; document: Document }> {
  const { code, stdout, stderr } = await drift("--format", "json");
  assert.ok(stdout.startsWith("{"), `${stdout}${stderr}`);
  const document = JSON.parse(stdout) as Document;
  assert.deepEqual(document.failures, []);
  return { code, document, found: document.findings.map(({ where, what }) => `${where} ${what}`) };
}

/** All that a look must not change of a host. */
async function state(name: string): Promise<string[]> {
  const text = await asRoot(
    name,
    `folders='/etc /usr/local /boot /root /var/lib/bramble /var/lib/rancher/k3s/server/manifests'
     find $folders -printf '%p %m %U:%G %s %T@ %l\\n' 2>/dev/null || true
     sysctl vm.overcommit_memory vm.panic_on_oom kernel.panic
     ls /run /tmp /var/tmp
     systemctl list-unit-files k3s.service k3s-agent.service --no-legend`,
  );
  return text.split("\n").sort();
}

/** Since when the services of a host run. */
async function starts(name: string): Promise<string[]> {
  const text = await asRoot(
    name,
    `systemctl list-units --type=service --state=active --no-legend --plain |
     awk '$1 !~ /^(user|session|systemd-)/ {print $1}' |
     while read -r unit; do echo "$unit $(systemctl show --value --property=ExecMainPID "$unit")"; done`,
  );
  return text.trim().split("\n").sort();
}

function logins(name: string): Promise<string> {
  return asRoot(name, "journalctl --unit ssh --output cat | grep -c 'Accepted publickey'");
}

const k = "k3s kubectl --namespace media";

/** One thing of each kind, how it is broken, and how a look names it. */
const breaks: readonly (readonly [where: string, script: string, ...names: string[]])[] = [
  [
    "bramble-2",
    "echo '#' >>/etc/bramble/k3s/config.yaml",
    "bramble-2 /etc/bramble/k3s/config.yaml",
  ],
  [
    "bramble-1",
    "echo '#' >>/etc/rancher/k3s/config.yaml",
    "bramble-1 /etc/rancher/k3s/config.yaml",
  ],
  [
    "bramble-1",
    "chmod 644 /etc/bramble/k3s/server-token",
    "bramble-1 /etc/bramble/k3s/server-token",
  ],
  [
    "bramble-2",
    "echo '#' >>/etc/systemd/system/k3s-agent.service; systemctl disable --quiet k3s-agent",
    ...["bramble-2 /etc/systemd/system/k3s-agent.service", "bramble-2 k3s-agent.service"],
  ],
  [
    "bramble-1",
    "sysctl --quiet --write vm.overcommit_memory=0",
    "bramble-1 sysctl vm.overcommit_memory",
  ],
  [
    "bramble-2",
    "rm /etc/modules-load.d/bramble.conf",
    "bramble-2 /etc/modules-load.d/bramble.conf",
  ],
  [
    "bramble-2",
    "cp /usr/local/bin/k3s /root/k3s; echo x >>/root/k3s; mv /root/k3s /usr/local/bin/k3s",
    "bramble-2 /usr/local/bin/k3s",
  ],
  [
    "bramble-1",
    "rm /usr/local/lib/bramble/reboot.sh",
    "bramble-1 /usr/local/lib/bramble/reboot.sh",
  ],
  ["bramble-1", "k3s kubectl label node bramble-2 zone-", "cluster node bramble-2 labels"],
  [
    "bramble-1",
    `${k} scale deployment plex --replicas 3`,
    "cluster Deployment media/plex spec.replicas",
  ],
  [
    "bramble-1",
    `${k} patch configmap media-common-config --type merge --patch '{"data":{"TZ":"UTC"}}'`,
    "cluster ConfigMap media/media-common-config data.TZ",
  ],
  ["bramble-1", `${k} delete service sonarr`, "cluster Service media/sonarr"],
  [
    "bramble-1",
    `${k} patch secret media-stack-secrets --type json --patch '[{"op":"remove","path":"/data/sonarr-api-key"}]'`,
    "cluster Secret media/media-stack-secrets sonarr-api-key",
  ],
];

const cordoned = "cluster node bramble-2";

describe("what is no longer as the program has it", function () {
  this.timeout(900_000);

  before(labUp);
  after(labDown);

  it("finds nothing on hosts and in a cluster that nobody touched, in one session a host", async () => {
    const before = await Promise.all(names.map(state));
    const loginsBefore = await Promise.all(names.map(logins));
    const { code, found, document } = await look();
    assert.deepEqual([code, found, document.clean], [0, [], true]);
    const loginsAfter = await Promise.all(names.map(logins));
    // The question before it was one more.
    assert.deepEqual(
      loginsAfter.map((count, index) => Number(count) - Number(loginsBefore[index]) - 1),
      [1, 1],
    );
    const after = await Promise.all(names.map(state));
    names.forEach((name, index) => {
      assert.deepEqual(differences(before[index] ?? [], after[index] ?? []), [], name);
    });
    assert.equal(keptLooks().length, 1);
  });

  it("names one broken thing of each kind and nothing else, and changes nothing", async () => {
    for (const [where, script] of breaks) await asRoot(where, script);
    await asRoot("bramble-1", "k3s kubectl cordon bramble-2");
    console.log("    skipped: a kernel module, a container's are its host's; swap likewise");
    const before = await Promise.all(names.map(state));
    const { code, found } = await look();
    assert.deepEqual(found.sort(), [...breaks.flatMap(([, , ...told]) => told), cordoned].sort());
    assert.equal(code, 2);
    const after = await Promise.all(names.map(state));
    names.forEach((name, index) => {
      assert.deepEqual(differences(before[index] ?? [], after[index] ?? []), [], name);
    });
  });

  it("heals what drifted through the engine, and restarts nothing else", async () => {
    const before = await Promise.all(names.map(starts));
    const { code, stdout, stderr } = await drift("--heal");
    // A cordon is somebody's decision: it is told and stays.
    assert.equal(code, 2, `${stdout}${stderr}`);
    assert.deepEqual((await look()).found, [cordoned]);
    const after = await Promise.all(names.map(starts));
    names.forEach((name, index) => {
      const units = differences(before[index] ?? [], after[index] ?? []).map(
        (line) => line.split(" ")[1],
      );
      const own = name === "bramble-1" ? "k3s.service" : "k3s-agent.service";
      assert.deepEqual([...new Set(units)], [own], name);
    });
    await asRoot("bramble-1", "k3s kubectl uncordon bramble-2");
    assert.equal((await look()).code, 0);
  });

  it("leaves k3s alone where nothing of it drifted", async () => {
    await asRoot("bramble-2", "rm /etc/modules-load.d/bramble.conf");
    const before = await Promise.all(names.map(starts));
    assert.equal((await drift("--heal")).code, 0);
    const after = await Promise.all(names.map(starts));
    names.forEach((name, index) => {
      assert.deepEqual(differences(before[index] ?? [], after[index] ?? []), [], name);
    });
  });

  it("finds what was edited of a Helm release, which a refresh does not see", async () => {
    console.log(
      "    note: the release is written by hand, as Helm stores one; no chart is installed",
    );
    // The stack has no release of its own here, so the cluster's part is asked directly.
    const manifest =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: of-release\ndata:\n  a: wanted\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: of-release\nstringData:\n  password: c4nary\n";
    const release = JSON.stringify({
      ...{ name: "tried", namespace: "media", version: 1, manifest },
      chart: { metadata: { version: "1.2.3" } },
    });
    const script = readFileSync(
      join(projectDirectory, "operations/drift/drift-cluster.sh"),
      "base64",
    );
    const text = await asRoot(
      "bramble-1",
      `cd "$(mktemp -d)"
       echo ${Buffer.from(release).toString("base64")} | base64 -d | gzip | base64 -w 0 >release
       ${k} create secret generic sh.helm.release.v1.tried.v1 --type helm.sh/release.v1 --from-file release >/dev/null
       ${k} label secret sh.helm.release.v1.tried.v1 owner=helm name=tried status=deployed version=1 >/dev/null
       ${k} create configmap of-release --from-literal a=edited >/dev/null
       echo ${script} | base64 -d >look.sh
       printf 'release\\x1fmedia\\x1ftried\\x1f\\n' | bash look.sh /usr/local/bin/k3s kubectl`,
    );
    const { data } = parseLook(text, (packed) =>
      gunzipSync(Buffer.from(packed, "base64")).toString("utf8"),
    );
    assert.ok(![...data.values()].join().includes("c4nary"));
    const wish = { urn: "", name: "tried", namespace: "media", version: "1.2.3" };
    const wanted = { objects: [], secrets: [], releases: [wish] };
    const { findings, failures } = clusterFindings("local", data, wanted, []);
    assert.deepEqual(
      findings.map(({ what, found }) => [what, found]),
      [["ConfigMap media/of-release data.a", "edited"]],
    );
    assert.deepEqual(failures, []);
  });

  it("says so when a host cannot be looked at, and does not call it clean", async () => {
    await asRoot("bramble-2", "systemctl stop ssh.socket ssh.service || true").catch(() => "");
    const { code, stdout } = await drift();
    assert.equal(code, 1, stdout);
    assert.match(stdout, /NOT SEEN: bramble-2/);
    const { stdout: rate } = await drift("rate");
    assert.match(rate, /^drift-free: \d/);
  });
});
