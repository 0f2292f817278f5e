import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { scriptText } from "../../../components/remote/scripts";
import { withFolder } from "../../support/folders";

const metrics = (folder: string) => join(folder, "metrics", "bramble-host.prom");

/** Runs host-metrics.sh on a made-up host whose files lie in a folder. */
function figures(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const places = {
    state_dir: folder,
    k3s_data: join(folder, "k3s"),
    blocks: join(folder, "block"),
    firmware: join(folder, "firmware"),
  };
  for (const name of ["lib.sh", "host-metrics.sh"] as const) {
    const text = Object.entries(places).reduce(
      (script, [constant, value]) =>
        script.replace(
          new RegExp(`^readonly ${constant}=.*$`, "m"),
          `readonly ${constant}=${value}`,
        ),
      scriptText(name),
    );
    writeFileSync(join(folder, name), text);
  }
  const run = spawnSync("bash", [join(folder, "host-metrics.sh"), "write"], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  return readFileSync(metrics(folder), "utf8");
}

function sample(text: string, name: string): string | undefined {
  return text
    .split("\n")
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1);
}

/** A certificate that is good for so many days. */
function certificate(folder: string, days: number): string {
  const file = join(folder, "made.crt");
  const subject = ["-subj", "/CN=k3s", "-days", String(days)];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  spawnSync("openssl", ["req", "-x509", ...key, ...subject, "-keyout", "/dev/null", "-out", file]);
  return readFileSync(file, "utf8");
}

describe("host-metrics.sh", () => {
  it("tells what a Pi's firmware says of now and of before", () =>
    withFolder((folder) => {
      // Bit 2: throttled now. Bit 16: too little voltage since the start.
      const text = figures(folder, { firmware: "10004\n" });
      const now = (condition: string) =>
        sample(text, `bramble_pi_condition{condition="${condition}"}`);
      const before = (condition: string) =>
        sample(text, `bramble_pi_condition_since_boot{condition="${condition}"}`);
      assert.deepEqual([now("throttled"), now("under_voltage")], ["1", "0"]);
      assert.deepEqual([before("throttled"), before("under_voltage")], ["0", "1"]);
    }));

  it("tells nothing of what a host does not have", () =>
    withFolder((folder) => {
      const text = figures(folder, {});
      assert.doesNotMatch(text, /bramble_pi|bramble_disk|bramble_k3s/);
      assert.match(text, /^bramble_reboot_required [01]$/m);
    }));

  it("tells the worse of an eMMC's two figures, and nothing of a card without", () =>
    withFolder((folder) => {
      const text = figures(folder, {
        "block/mmcblk0/device/life_time": "0x03 0x09\n",
        "block/mmcblk1/device/life_time": "0x00 0x00\n",
      });
      assert.equal(sample(text, 'bramble_disk_life_used_ratio{device="mmcblk0"}'), "0.90");
      assert.doesNotMatch(text, /mmcblk1/);
    }));

  it("tells when each certificate of k3s expires", () =>
    withFolder((folder) => {
      const text = figures(folder, { "k3s/server/tls/client-admin.crt": certificate(folder, 40) });
      const name =
        'bramble_k3s_certificate_expiry_timestamp_seconds{certificate="server/tls/client-admin.crt"}';
      const days = (Number(sample(text, name)) - Date.now() / 1000) / 86400;
      assert.ok(days > 39 && days < 41, String(days));
    }));

  it("leaves a whole file that node-exporter, which is not root, can read, and no other", () =>
    withFolder((folder) => {
      figures(folder, { firmware: "0\n" });
      assert.equal(statSync(metrics(folder)).mode & 0o777, 0o644);
      assert.deepEqual(readdirSync(dirname(metrics(folder))), ["bramble-host.prom"]);
      assert.ok(!existsSync(join(dirname(metrics(folder)), ".bramble-host.part")));
    }));
});
