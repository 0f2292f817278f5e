import { strict as assert } from "node:assert";
import { down, type LabHost, onHost, sshKeyPath, up } from "../../../lab/hosts";
import { labConfig, labHostSpecs } from "../../../lab/settings";
import { buildStandin } from "../../../lab/standin";
import type { InProcessConfig } from "../../../operations/stackFile";
import { assertFindsPlants, assertNoLeaks } from "../../support/searchPlaces";
import { failedRuns, givenSecrets, hostPlaces, secretsOf } from "./leaks";
import { createWorkspace, lab, positionOf, stepsOf, type Workspace } from "./pulumi";

const servers = ["bramble-1", "bramble-2", "bramble-3"];
const agent = "bramble-4";

/** The plugins cannot be had here: nothing that Bramble could mend. */
const noPlugin = /^.*plugin.*(not found|could not|failed to (load|download|install)|missing).*$/im;

async function stackConfig(hosts: readonly LabHost[]): Promise<InProcessConfig> {
  const k3s = await buildStandin(() => undefined);
  const settings = { hosts, k3s, awaitReady: false, withoutCharts: true };
  const { config, secretKeys } = labConfig(settings, sshKeyPath(lab));
  const given = Object.entries(givenSecrets).map(([name, value]) => [`bramble:${name}`, value]);
  return {
    config: {
      ...config,
      "bramble:media": '{"enabled":false}',
      ...(Object.fromEntries(given) as object),
    },
    secretKeys: [...secretKeys, ...Object.keys(givenSecrets).map((name) => `bramble:${name}`)],
  };
}

/** When a host's k3s was last stopped, and when it served, in microseconds of the machine's clock. */
async function restartOf(name: string): Promise<{ stopped: number; served: number }> {
  const unit = name === agent ? "k3s-agent" : "k3s";
  const property = async (key: string) =>
    Number((await onHost(lab, name, `systemctl show ${unit} --value --property ${key}`)).trim());
  return {
    stopped: await property("ActiveExitTimestampMonotonic"),
    served: await property("ActiveEnterTimestampMonotonic"),
  };
}

/** The nodes that a server knows; those that vote in etcd end in `*`. */
async function nodes(): Promise<string[]> {
  const found = await onHost(lab, "bramble-1", "sudo k3s kubectl get nodes --output json");
  const { items } = JSON.parse(found) as {
    items: { metadata: { name: string }; status: { conditions: Record<string, string>[] } }[];
  };
  return items.map(({ metadata, status }) => {
    const isVoter = status.conditions.some((c) => c["type"] === "EtcdIsVoter");
    return isVoter ? `${metadata.name}*` : metadata.name;
  });
}

/** What is left of k3s on a host. */
async function remains(name: string): Promise<string> {
  const places =
    "/usr/local/bin/k3s /usr/local/bin/kubectl /etc/rancher /var/lib/rancher /var/lib/kubelet /var/tmp/k3s* /var/tmp/sha256sum* /etc/systemd/system/k3s* /etc/bramble/k3s";
  return onHost(lab, name, `ls -d ${places} 2>/dev/null; pgrep -a -x k3s; true`);
}

describe("the engine runs the program on lab hosts", function () {
  this.timeout(900_000);
  let workspace: Workspace;
  let values: Record<string, unknown>;
  const change = (key: string, value: unknown) => {
    workspace.configure({ [key]: value });
  };

  before(async function () {
    await down(lab);
    const hosts = await up(lab, labHostSpecs());
    const settings = await stackConfig(hosts);
    values = Object.fromEntries(
      Object.entries(settings.config).filter(([key]) => !settings.secretKeys.includes(key)),
    );
    workspace = await createWorkspace(settings);
    // Outside the lab, where an engine without its plugins may still fetch them.
    const { code, said } = await workspace.tryRun(["preview"], { outside: true });
    const [reason] = noPlugin.exec(said) ?? [];
    if (code !== 0 && reason !== undefined) {
      console.log(`  skipped: ${reason.trim()}`);
      this.skip();
    }
    assert.equal(code, 0, said);
    assert.match(said, /\+ \d+ to create/);
  });

  after(() => {
    workspace.remove();
  });

  it("brings four hosts to a cluster with three voters", async () => {
    await workspace.run(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(await nodes(), ["bramble-1*", "bramble-2*", "bramble-3*", "bramble-4"]);
  });

  it("has nothing to do in a second run", async () => {
    const before = await Promise.all([...servers, agent].map(restartOf));
    await workspace.run(["preview", "--expect-no-changes"]);
    await workspace.run(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    assert.deepEqual(await Promise.all([...servers, agent].map(restartOf)), before);
  });

  it("finds no drift when it refreshes", async () => {
    await workspace.run(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
  });

  it("shows a changed setting before, and restarts the servers one after another", async () => {
    const k3s = JSON.parse(String(values["bramble:k3s"])) as object;
    change("bramble:k3s", { ...k3s, snapshots: { retention: 20 } });
    const shown = await workspace.run(["preview", "--diff"]);
    assert.match(shown, /~ etcd-snapshot-retention *: 12 => 20\n/);

    const agentBefore = await restartOf(agent);
    const steps = stepsOf(await workspace.run(["up", "--yes", "--skip-preview"]));
    const touched = new Set(steps.map(({ name }) => name).filter((name) => name.includes("-")));
    assert.deepEqual(
      [...touched].sort(),
      servers.flatMap((name) => [`${name}-config`, `${name}-k3s`]),
    );
    const restarts = await Promise.all(servers.map(restartOf));
    for (const [index, { stopped, served }] of restarts.entries()) {
      assert.ok(stopped < served, `${servers[index] ?? ""} is down`);
      const previous = restarts[index - 1];
      if (previous === undefined) continue;
      assert.ok(previous.served < stopped, `${servers[index] ?? ""} did not wait for its turn`);
    }
    assert.deepEqual(await restartOf(agent), agentBefore);
    const config = await onHost(lab, "bramble-3", "sudo cat /etc/rancher/k3s/config.yaml");
    assert.match(config, /^etcd-snapshot-retention: 20$/m);
  });

  it("takes a removed server out of the cluster, then k3s off its host, and leaves the others", async () => {
    const kept = ["bramble-1", "bramble-3", agent];
    const before = await Promise.all(kept.map(restartOf));
    const rows = JSON.parse(String(values["bramble:hosts"])) as { name: string }[];
    change(
      "bramble:hosts",
      rows.filter(({ name }) => name !== "bramble-2"),
    );
    const steps = stepsOf(await workspace.run(["up", "--yes", "--skip-preview"]));
    assert.ok(
      positionOf(steps, "bramble-2-membership", "deleted") <
        positionOf(steps, "bramble-2-teardown", "deleting"),
    );
    assert.deepEqual(await nodes(), ["bramble-1*", "bramble-3*", "bramble-4"]);
    assert.equal(await remains("bramble-2"), "");
    assert.deepEqual(await Promise.all(kept.map(restartOf)), before);
  });

  it("shows and keeps no secret, whatever was run and whatever failed", async () => {
    const canaries = await secretsOf(workspace);
    await workspace.run(["stack", "export"]);
    await workspace.run(["stack", "output"]);
    await workspace.run(["stack", "history", "--full-dates"]);
    await workspace.run(["config"]);
    await workspace.run(["preview", "--json"]);
    const failed = await failedRuns(workspace, values);
    const places = [
      ...workspace.said(),
      ...workspace.written(),
      { name: "processes", text: workspace.processes(), holds: "pulumi" },
      ...(await hostPlaces()),
    ];
    for (const { name, said, wants } of failed) assert.match(said, wants, name);
    assert.ok(
      places.some(({ name }) => name.endsWith(".json.bak")),
      "no copy of the state",
    );
    assert.ok(
      places.some(({ name }) => name.includes("history")),
      "no history",
    );
    assertNoLeaks(places, canaries);
    assertFindsPlants(places, canaries);
  });

  it("destroys in seconds and leaves clean hosts", async () => {
    const began = Date.now();
    await workspace.run(["destroy", "--yes", "--skip-preview"]);
    console.log(`    destroy: ${((Date.now() - began) / 1000).toFixed(1)} s`);
    for (const name of [...servers, agent]) assert.equal(await remains(name), "", name);
  });
});
