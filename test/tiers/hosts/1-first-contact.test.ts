import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { fault } from "../support/faults";
import { ProgramFailure } from "../support/run";
import { asRoot, clusterNames, converge, type HostRow, labUp, row, spare, tryOn } from "./lab";
import { differences, fingerprint } from "./observe";

const stack = "first-contact";
const victim = "bramble-2";

/** The stack of four blank hosts with one mistake in the victim's row. */
function withMistake(mistake: Readonly<Record<string, unknown>>): HostRow[] {
  return clusterNames.map((name) => row(name, name === victim ? mistake : {}));
}

async function failure(hosts: readonly HostRow[]): Promise<ProgramFailure> {
  try {
    await converge({ stack, hosts, dialAttempts: 2 });
  } catch (error) {
    assert.ok(error instanceof ProgramFailure);
    return error;
  }
  return assert.fail("the run succeeded");
}

/** Whatever is wrong with one host, all of them stay as they were. */
async function untouched(work: () => Promise<void>): Promise<void> {
  const before = await Promise.all(clusterNames.map(fingerprint));
  await work();
  const after = await Promise.all(clusterNames.map(fingerprint));
  clusterNames.forEach((name, index) => {
    const changes = differences(before[index] ?? [], after[index] ?? []);
    assert.deepEqual(
      changes.filter((line) => !line.includes(" /usr/local")),
      [],
      name,
    );
  });
}

async function hasScripts(name: string): Promise<boolean> {
  return (await tryOn(name, "test -e /usr/local/lib/bramble")).code === 0;
}

describe("first contact with blank hosts", () => {
  before(labUp);

  it("tells the ten mistakes of a stack file in ten lines, and connects to no host", async () => {
    const file = join(__dirname, "..", "..", "config", "invalid", "ten-mistakes.yaml");
    const text = readFileSync(file, "utf8");
    const expected = [...text.matchAll(/^# expect: (.*)$/gm)].map(([, line]) => line);
    const values = parse(text) as Record<string, unknown>;
    const connections = "journalctl --unit ssh --output cat | grep -c 'Accepted' || true";
    const before = await asRoot("bramble-1", connections);
    const error = await converge({ stack, hosts: [], values }).then(
      () => assert.fail("the run succeeded"),
      (reason: unknown) => reason as ProgramFailure,
    );
    const lines = error.message.split("\n");
    assert.equal(lines.length, 11, error.message);
    for (const line of expected) assert.ok(lines.includes(line ?? ""), line);
    assert.deepEqual(error.begun, []);
    assert.equal(Number(await asRoot("bramble-1", connections)) - Number(before), 1);
  });

  it(
    fault("another machine at the same address", "its key is refused and nothing is touched"),
    async () => {
      await untouched(async () => {
        const { message } = await failure(withMistake({ hostKey: row(spare)["hostKey"] }));
        assert.match(message, /10\.77\.0\.12 .*host key/is);
      });
      assert.equal(await hasScripts(victim), false);
    },
  );

  it("names a host that cannot be reached", async () => {
    await untouched(async () => {
      const { message } = await failure(withMistake({ address: "10.77.0.99" }));
      assert.match(message, /10\.77\.0\.99 could not be dialled/);
    });
  });

  it("names a host that does not know the user", async () => {
    await untouched(async () => {
      const { message } = await failure(withMistake({ user: "ubuntu" }));
      assert.match(message, /10\.77\.0\.12 .*ubuntu@10\.77\.0\.12: Permission denied/is);
    });
    assert.equal(await hasScripts(victim), false);
  });

  it("tells in one line how a user without sudo gets it", async () => {
    await untouched(async () => {
      const { message } = await failure(withMistake({ user: "nosudo" }));
      const lines = message.split("\n").filter((line) => line.startsWith("bramble: "));
      assert.deepEqual(lines, [
        "bramble: bramble-2: nosudo may not run sudo without a password. On the host run: " +
          "echo 'nosudo ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/nosudo",
      ]);
    });
    assert.equal(await hasScripts(victim), false);
  });

  it("touches no host when one has too little room, and says how much it needs", async () => {
    await asRoot(spare, "fallocate -l 3G /var/lib/fill");
    await untouched(async () => {
      const { message } = await failure([...withMistake({}), row(spare, { role: "agent" })]);
      assert.match(message, /bramble-5: \d+ MB free under \/var\/lib: .*at least 4000 MB/);
    });
    await asRoot(spare, "rm /var/lib/fill");
  });

  it("looks at a blank host in check mode, tells what it would change, and changes nothing", async () => {
    const before = await fingerprint("bramble-1");
    const script = "/usr/local/lib/bramble/prepare.sh check --name other --packages nosuchpackage";
    const { code, stdout } = await tryOn("bramble-1", `sudo -n ${script}`);
    assert.equal(code, 10);
    for (const change of ["install packages: nosuchpackage", "set hostname other", "write /etc/"]) {
      assert.ok(stdout.includes(`would change: ${change}`), stdout);
    }
    assert.deepEqual(differences(before, await fingerprint("bramble-1")), []);
  });
});
