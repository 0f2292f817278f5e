import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { renderInstall } from "../../../components/remote/render";
import { scriptBundle } from "../../../components/remote/scripts";
import { boot, powerCut } from "../../../lab/hosts";
import { fault } from "../support/faults";
import { type Hooks, ProgramFailure, type ProgramResult } from "../support/run";
import { asRoot, converge, lab, labUp, row, spare, tryOn } from "./lab";
import { bootId, drawnSecrets, readyNodes, runningSince } from "./observe";

const stack = "one-host";

/** Runs the stack of one server on the spare host. */
function run(hooks: Hooks = {}, k3s: Readonly<Record<string, unknown>> = {}) {
  return converge({ stack, hosts: [row(spare)], k3s }, hooks);
}

async function failure(work: Promise<ProgramResult>): Promise<ProgramFailure> {
  const error = await work.then(
    () => assert.fail("the run succeeded"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProgramFailure, String(error));
  return error;
}

/** Fills the spare host's disk but for some MiB. */
async function fillBut(megabytes: number): Promise<void> {
  await asRoot(
    spare,
    `free=$(df --output=avail -m /var/lib | tail -n 1)
     fallocate -l "$((free - ${megabytes}))M" /var/lib/fill
     sync`,
  );
}

/** What a run has put in place of k3s. */
function installed(): Promise<string> {
  return asRoot(
    spare,
    `find /usr/local/bin /etc/systemd/system/k3s* /var/lib/rancher /etc/rancher 2>/dev/null |
       grep -v '^/usr/local/bin$' || true`,
  );
}

/** Holds apt's and dpkg's locks on the host, as unattended-upgrades does, for some seconds. */
const holdLocks = `
  use Fcntl qw(F_SETLK F_WRLCK SEEK_SET);
  my @held;
  for my $path (qw(/var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock)) {
    open(my $file, ">>", $path) or die "$path: $!";
    my $lock = pack("ssx4qqi", F_WRLCK, SEEK_SET, 0, 0, 0);
    fcntl($file, F_SETLK, $lock) or die "$path: $!";
    push @held, $file;
  }
  $| = 1;
  print "held\n";
  sleep 5;
`;

/** A package source on the host itself, with one small package. */
const ownSource = `
  mkdir -p /srv/source/probe/DEBIAN
  printf '%s\\n' 'Package: bramble-probe' 'Version: 1' 'Architecture: all' \\
    'Maintainer: nobody <nobody@localhost>' 'Description: probe' >/srv/source/probe/DEBIAN/control
  chmod -R go-ws,go+rX /srv/source
  dpkg-deb --build /srv/source/probe /srv/source/probe.deb >/dev/null
  {
    cat /srv/source/probe/DEBIAN/control
    echo 'Filename: ./probe.deb'
    echo "Size: $(stat -c %s /srv/source/probe.deb)"
    echo "SHA256: $(sha256sum /srv/source/probe.deb | cut -d ' ' -f 1)"
  } >/srv/source/Packages
  mv /etc/apt/sources.list /etc/apt/sources.list.aside
  echo 'deb [trusted=yes] file:/srv/source ./' >/etc/apt/sources.list.d/probe.list
`;

const prepare = `sudo -n /usr/local/lib/bramble/prepare.sh converge --name ${spare} --packages`;

describe("bad days of one host", () => {
  let healed: Promise<ProgramResult> | undefined;

  before(async () => {
    await labUp();
    await tryOn(spare, renderInstall("pi", spare), scriptBundle());
    await tryOn(spare, `${prepare} curl`);
  });

  it(fault("corrupted binary", "nothing is installed when a checksum does not match"), async () => {
    const wanted = "0".repeat(64);
    const { message } = await failure(run({}, { checksums: { amd64: wanted, arm64: wanted } }));
    assert.match(message, /bramble-5: checksum mismatch for k3s\S* v\S+: wanted 0+, got [0-9a-f]+/);
    assert.match(message, /nothing was installed/);
    assert.equal(await installed(), "");
    assert.equal(await asRoot(spare, "ls /var/lib/bramble/k3s"), "");
  });

  it("waits for whoever holds apt's locks, then installs", async () => {
    await asRoot(spare, ownSource);
    const unlocked = await tryOn(spare, `${prepare} "ca-certificates curl"`);
    assert.equal(unlocked.stdout, "unchanged\n", "needs no apt when nothing is missing");
    const holding = tryOn(spare, "sudo -n perl -w -", holdLocks);
    await sleep(2000);
    const { code, stdout, stderr } = await tryOn(spare, `${prepare} "curl bramble-probe"`);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "install packages: bramble-probe\n");
    const { stdout: held } = await holding;
    assert.equal(held, "held\n");
    assert.match(await asRoot(spare, "dpkg-query --status bramble-probe"), /ok installed/);
  });

  it("tells which package cannot be installed, and how to see why", async () => {
    const { code, stderr } = await tryOn(spare, `${prepare} "bramble-missing"`);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^bramble: bramble-5: installing bramble-missing failed: run 'sudo apt-get install bramble-missing' on the host to see why$/m,
    );
  });

  it(
    fault("full disk", "stops before k3s, tells no secret, and goes on when there is room"),
    async () => {
      const staging = await failure(run({ [`${spare}-binary`]: () => fillBut(300) }));
      assert.match(staging.message, /bramble-5: disk full: \d+ MB free .* k3s needs 400 MB/);
      await asRoot(spare, "rm -f /var/lib/fill");

      const writing = await failure(run({ [`${spare}-server-token`]: () => fillBut(0) }));
      assert.match(writing.message, /No space left on device/);
      await asRoot(spare, "rm -f /var/lib/fill");

      const placing = await failure(run({ [`${spare}-k3s`]: () => fillBut(60) }));
      assert.match(placing.message, /No space left on device/);
      assert.doesNotMatch(await installed(), /\/usr\/local\/bin\/k3s$/m);
      await asRoot(spare, "rm -f /var/lib/fill");

      const said = [staging, writing, placing].map(({ message, log }) => [message, ...log]).flat();
      const secrets = drawnSecrets(stack);
      assert.equal(secrets.length, 2);
      for (const secret of secrets) assert.ok(!said.join("\n").includes(secret));
    },
  );

  it("heals at the next run after a power cut during the install", async () => {
    const before = await bootId(spare);
    const cut = async () => {
      // The unit is written last: k3s is about to start.
      for (let attempt = 0; attempt < 200; attempt += 1) {
        if ((await installed()).includes("k3s.service")) break;
        await sleep(100);
      }
      await powerCut(lab, spare);
      await boot(lab, spare);
    };
    let cutting: Promise<void> | undefined;
    await failure(
      run({
        [`${spare}-k3s`]: () => {
          cutting = cut();
        },
      }),
    );
    await cutting;
    assert.notEqual(await bootId(spare), before);
    healed = run();
    await healed;
    assert.deepEqual(await readyNodes(spare), [`${spare}*`]);
  });

  it(
    fault("leftovers of an older cluster", "refused, with the way to keep or to wipe them"),
    async () => {
      await (healed ?? run());
      const before = await runningSince(spare);
      const stranger = converge({ stack: "stranger", hosts: [row(spare)] });
      const { message } = await failure(stranger);
      assert.match(
        message,
        /bramble-5: k3s of another cluster is installed here; it was not touched/,
      );
      assert.match(message, /Keep it: deploy to it with cluster\.source: existing\./);
      assert.equal(await runningSince(spare), before);
      assert.deepEqual(await readyNodes(spare), [`${spare}*`]);

      const wipe = /Wipe it: (sudo \S+ teardown --another-cluster yes)/.exec(message)?.[1];
      assert.ok(wipe, message);
      assert.match((await tryOn(spare, wipe)).stdout, /k3s is gone from bramble-5/);
      assert.equal(await installed(), "");
    },
  );
});
