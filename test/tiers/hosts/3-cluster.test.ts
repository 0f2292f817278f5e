import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { sshKeyPath } from "../../../lab/hosts";
import { leaks } from "../../support/canaries";
import { assertFindsPlants, assertNoLeaks, type Place } from "../../support/searchPlaces";
import { type BringUp, clusterUp, container, convergeAgain, podmanHost, stack } from "./cluster";
import { journalFields, secretFiles } from "../support/secretFiles";
import { asRoot, clusterNames, lab, tryOn } from "./lab";
import {
  bootId,
  commandOf,
  differences,
  drawnSecrets,
  fingerprint,
  readKubeconfig,
  readyNodes,
  runningSince,
  webAnswer,
} from "./observe";

async function onAll<T>(look: (name: string) => Promise<T>): Promise<Record<string, T>> {
  const entries = await Promise.all(clusterNames.map(async (name) => [name, await look(name)]));
  return Object.fromEntries(entries) as Record<string, T>;
}

describe("four hosts become a cluster", () => {
  let first: BringUp;

  before(async () => {
    first = await clusterUp();
  });

  it("brings four hosts to a cluster with three voters", async () => {
    assert.deepEqual(await readyNodes("bramble-1"), [
      ...["bramble-1*", "bramble-2*", "bramble-3*", "bramble-4"],
    ]);
    assert.match(first.log.join("\n"), /ready: bramble-1 bramble-2 bramble-3 bramble-4/);
  });

  it("edits a Pi's boot file on its one line, and reboots that host once and no other", async () => {
    const text = await asRoot("bramble-4", "cat /boot/firmware/cmdline.txt");
    assert.match(text, /^[^\n]* rootwait cgroup_memory=1 cgroup_enable=memory\n$/);
    assert.equal(
      await asRoot("bramble-4", "cat /boot/firmware/cmdline.txt.before-bramble"),
      text.replace(" cgroup_memory=1 cgroup_enable=memory", ""),
    );
    const rebooted = [];
    for (const name of clusterNames) {
      if ((await bootId(name)) !== first.bootIds.get(name)) rebooted.push(name);
    }
    assert.deepEqual(rebooted, ["bramble-4"]);
    assert.equal(first.log.filter((line) => line.includes("rebooted")).length > 0, true);
  });

  it("leaves a Podman service alone: its published port answered all the while", async () => {
    assert.ok(first.answers.length > 10, `${first.answers.length} answers`);
    assert.deepEqual([...new Set(first.answers)], ["hello\n"]);
    assert.equal(await container(), first.containerBefore);
    assert.equal(webAnswer(podmanHost), "hello\n");
  });

  it("changes nothing in a second run: no file, no restart, no reboot", async () => {
    const look = async (name: string) => [
      ...(await fingerprint(name)),
      await runningSince(name),
      await bootId(name),
    ];
    const before = await onAll(look);
    const { report, log } = await convergeAgain(first.registrations.map(({ name }) => name));
    const after = await onAll(look);
    for (const name of clusterNames) {
      assert.deepEqual(differences(before[name] ?? [], after[name] ?? []), [], name);
    }
    assert.equal(report.counts.changed, 0, log.join("\n"));
    assert.equal(report.counts.created, 0, log.join("\n"));
  });

  it("finds nothing to change in check mode, and changes nothing", async () => {
    const before = await onAll(fingerprint);
    const checks = first.registrations.flatMap(({ name, type }) => {
      if (type !== "command:remote:Command") return [];
      const { create, stdin, host } = commandOf(first.registrations, name);
      return create.includes(" converge ") ? [{ name, create, stdin, host }] : [];
    });
    assert.ok(checks.length >= 20, `${checks.length} commands`);
    await Promise.all(
      clusterNames.map(async (host) => {
        for (const check of checks.filter((row) => row.host === host)) {
          const command = check.create.replace(" converge ", " check ");
          const { code, stdout, stderr } = await tryOn(host, command, check.stdin);
          assert.equal(code, 0, `${check.name}: ${stdout}${stderr}`);
        }
      }),
    );
    const after = await onAll(fingerprint);
    for (const name of clusterNames) {
      assert.deepEqual(differences(before[name] ?? [], after[name] ?? []), [], name);
    }
  });

  it("tells in check mode what another wish would change, and changes nothing", async () => {
    const before = await fingerprint("bramble-1");
    const since = await runningSince("bramble-1");
    const wish = async (resource: string, from: string | RegExp, to: string, input?: string) => {
      const { create, stdin } = commandOf(first.registrations, resource);
      const command = create.replace(" converge ", " check ").replace(from, to);
      const { code, stdout } = await tryOn("bramble-1", command, input ?? stdin);
      assert.equal(code, 10, stdout);
      return stdout;
    };
    assert.match(
      await wish("bramble-1-config", "", "", "node-name: other\n"),
      /^would change: write \/etc\/bramble\/k3s\/config\.yaml$/m,
    );
    const another = "--version v1.99.0+k3s1";
    assert.match(
      await wish("bramble-1-k3s", /--version \S+/, another),
      /^would change: bring k3s/m,
    );
    assert.match(
      await wish("bramble-1-binary", /--version \S+/, another),
      /^would change: stage k3s v1\.99\.0\+k3s1/m,
    );
    assert.deepEqual(differences(before, await fingerprint("bramble-1")), []);
    assert.equal(await runningSince("bramble-1"), since);
  });

  it("never forgets a node that lives", async () => {
    const forget = "sudo -n /usr/local/lib/bramble/k3s-node.sh forget --node bramble-3";
    const { code, stderr } = await tryOn("bramble-1", forget);
    assert.equal(code, 1);
    assert.match(stderr, /bramble-3 is alive and was not forgotten/);
    assert.equal((await readyNodes("bramble-1")).length, 4);
  });
});

describe("secrets of a cluster", () => {
  let first: BringUp;
  let secrets: string[];

  before(async () => {
    first = await clusterUp();
    const clientKey = /client-key-data: (\S+)/.exec(readKubeconfig(stack))?.[1] ?? "";
    const sshKey = readFileSync(sshKeyPath(lab), "utf8").split("\n")[1] ?? "";
    secrets = [...drawnSecrets(stack), clientKey, sshKey];
    assert.equal(secrets.length, 4);
    for (const secret of secrets) assert.ok(secret.length >= 48);
  });

  const places: Place[] = [];
  const canaries = () =>
    Object.fromEntries(secrets.map((secret, index) => [`secret ${index}`, secret] as const));

  function assertHoldsNone(name: string, text: string): void {
    places.push({ name, text, holds: /./ });
    assert.deepEqual(leaks(text, canaries()), [], name);
  }

  it("are in no argument of any process on the host while it becomes a server", () => {
    assert.match(first.processes, /^\/usr\/local\/lib\/bramble\/k3s\.sh$/m);
    assert.match(first.processes, /^\/etc\/bramble\/k3s\/server-token$/m);
    assertHoldsNone("the list of processes", first.processes);
  });

  it("are in nothing that a person sees of the run", () => {
    assert.ok(first.log.length > 50);
    assertHoldsNone("the run's output", first.log.join("\n"));
    const shown = first.registrations.map((registration) => registration.shown);
    assertHoldsNone("what is shown of the resources", JSON.stringify(shown));
  });

  it("are in no host's journal", async () => {
    for (const name of clusterNames) {
      const journal = await asRoot(name, `journalctl ${journalFields}`);
      assert.ok(journal.includes(name === "bramble-4" ? "k3s" : "bramble-1"), name);
      assertHoldsNone(`the journal of ${name}`, journal);
    }
  });

  it("are in no file of the hosts' folders for temporary files, and in no environment", async () => {
    for (const name of clusterNames) {
      const look =
        "find /tmp /var/tmp /dev/shm -type f -size -1M -print -exec cat {} + ; echo looked";
      assertHoldsNone(`temporary files of ${name}`, await asRoot(name, look));
      const environments = "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'";
      assertHoldsNone(`environments of ${name}`, await asRoot(name, environments));
    }
  });

  it("would be found in each of these places", () => {
    assertNoLeaks(places, canaries());
    assertFindsPlants(places, canaries());
  });

  it("are in files of root alone, plain or in base64", async () => {
    await asRoot("bramble-1", `echo ${secrets[0] ?? ""} >/etc/planted; chmod 640 /etc/planted`);
    const found = await onAll((name) =>
      secretFiles(
        async (command, input) => (await tryOn(name, `sudo -n sh -c "${command}"`, input)).stdout,
        secrets,
      ),
    );
    await asRoot("bramble-1", "rm /etc/planted");
    const open = Object.values(found).flatMap((one) => one.open);
    assert.deepEqual(open, ["/etc/planted 640 root"]);
    const closed = Object.values(found).flatMap((one) => one.closed);
    assert.ok(closed.includes("/etc/rancher/k3s/server-token"), closed.join());
    console.log(`    ${closed.length} files of four hosts hold a secret, all of them root's alone`);
  });

  it("are in no file that another user of the host can read", async () => {
    const search = "grep -rlF --exclude-dir=proc --exclude-dir=sys -f - / 2>/dev/null";
    const control = "planted-for-this-test-and-no-secret";
    await asRoot("bramble-1", `echo ${control} >/etc/planted; chmod 644 /etc/planted`);
    for (const name of clusterNames) {
      const input = `${[...secrets, control].join("\n")}\n`;
      const { stdout } = await tryOn(name, search, input, "nosudo");
      assert.equal(stdout, name === "bramble-1" ? "/etc/planted\n" : "", name);
    }
    await asRoot("bramble-1", "rm /etc/planted");
  });
});
