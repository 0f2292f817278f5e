import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Registration } from "../../operations/inprocess/run";
import { withFolder } from "../support/folders";
import {
  existingCluster,
  type FakeOutputs,
  find,
  hostRow,
  kubeconfig,
  needsOf,
  ownCluster,
  plausibleOutputs,
  remoteOnes,
  runProgram,
} from "../support/program";

interface Connection {
  readonly host: string;
  readonly hostKey?: string;
  readonly privateKey?: string;
  readonly dialErrorLimit: number;
}

const connection = ({ inputs }: Registration) => inputs["connection"] as Connection;

describe("a cluster of our own", () => {
  let all: readonly Registration[];
  before(async () => {
    all = (await runProgram(ownCluster, { outputs: plausibleOutputs })).registrations;
  });

  it("touches the next server only when the one before is a member", () => {
    for (const [later, earlier] of [
      ["pi-2", "pi-1"],
      ["pi-3", "pi-2"],
    ] as const) {
      for (const part of ["reboot", "back", "teardown", "k3s", "membership"]) {
        const needs = needsOf(all, `${later}-${part}`);
        assert.ok(needs.has(`${earlier}-k3s`), `${later}-${part} does not wait for ${earlier}-k3s`);
        assert.ok(needs.has(`${earlier}-membership`), `${later}-${part}: membership of ${earlier}`);
      }
      // Destroy walks the chain the other way round, so that servers leave one at a time.
      const needs = needsOf(all, `${earlier}-teardown`);
      assert.ok(!needs.has(`${later}-teardown`));
    }
  });

  it("begins with the first of the list, by a permission given once", () => {
    assert.ok(needsOf(all, "pi-1-k3s").has("initialisation"));
    assert.equal(connection(find(all, "initialisation")).host, "10.69.1.11");
    const { create, update } = find(all, "initialisation").inputs;
    assert.match(String(create), /k3s\.sh permit-initialise --virtual-ip 10\.69\.1\.10$/);
    assert.match(String(update), /k3s-node\.sh none/);
  });

  it("lets agents in once every server serves, one after the other", () => {
    const agents = [hostRow(4, "agent"), hostRow(5, "agent")];
    return runProgram({ ...ownCluster, hosts: [...ownCluster.hosts.slice(0, 3), ...agents] }).then(
      ({ registrations }) => {
        for (const agent of ["pi-4", "pi-5"]) {
          const needs = needsOf(registrations, `${agent}-k3s`);
          for (const server of ["pi-1", "pi-2", "pi-3"]) assert.ok(needs.has(`${server}-k3s`));
        }
        assert.ok(needsOf(registrations, "pi-5-away").has("pi-4-home"));
      },
    );
  });

  it("moves an agent's pods away before its k3s or its boot is touched, and back afterwards", () => {
    for (const touched of ["pi-4-k3s", "pi-4-reboot"]) {
      assert.ok(needsOf(all, touched).has("pi-4-away"), touched);
    }
    assert.ok(needsOf(all, "pi-4-home").has("pi-4-k3s"));
    assert.ok(needsOf(all, "nodes-ready").has("pi-4-home"));
    const revision = (name: string) =>
      /--revision (\S+)/.exec(String(find(all, name).inputs["create"]))?.[1];
    assert.equal(revision("pi-4-away"), revision("pi-4-home"));
  });

  it("forgets a dead server before another may be spared", async () => {
    const gone = hostRow(3, "server", { state: "gone" });
    const hosts = [...ownCluster.hosts.slice(0, 2), gone, hostRow(4, "agent")];
    const { registrations } = await runProgram({ ...ownCluster, hosts });
    assert.ok(needsOf(registrations, "pi-1-k3s").has("pi-3-membership"));
  });

  it("changes no host before every host has passed its preflight", () => {
    for (const host of ["pi-1", "pi-2", "pi-3", "pi-4"]) {
      const needs = needsOf(all, `${host}-prepare`);
      for (const other of ["pi-1", "pi-2", "pi-3", "pi-4"]) {
        assert.ok(needs.has(`${other}-preflight`), `${host} is changed before ${other} is checked`);
      }
    }
  });

  it("has the tear-down on record before k3s is there: a failed start leaves none of its own", () => {
    for (const host of ["pi-1", "pi-2", "pi-3", "pi-4"]) {
      assert.ok(needsOf(all, `${host}-k3s`).has(`${host}-teardown`));
      assert.match(String(find(all, `${host}-teardown`).inputs["delete"]), /k3s-teardown\.sh/);
      assert.equal(find(all, `${host}-k3s`).inputs["delete"], undefined);
    }
  });

  it("removes a node from the cluster through another server, before it is torn down", () => {
    for (const host of ["pi-1", "pi-2", "pi-3", "pi-4"]) {
      const membership = find(all, `${host}-membership`);
      assert.notEqual(connection(membership).host, connection(find(all, `${host}-k3s`)).host);
      assert.match(
        String(membership.inputs["delete"]),
        new RegExp(`k3s-node.sh remove --node ${host}`),
      );
      assert.ok(needsOf(all, `${host}-membership`).has(`${host}-teardown`));
      assert.equal(membership.deletedWith, find(all, "cluster-id").urn);
    }
  });

  it("uses no triggers: they replace, and a replacement tears down what it has just set up", () => {
    for (const { name, inputs } of remoteOnes(all)) {
      assert.equal(inputs["triggers"], undefined, name);
    }
  });

  it("uploads an air-gap release again with a host's generation, and undoes nothing by it", async () => {
    await withFolder(async (airGapDirectory) => {
      for (const file of ["k3s-arm64", "sha256sum-arm64.txt", "notes.txt"]) {
        writeFileSync(join(airGapDirectory, file), "");
      }
      const k3s = { ...ownCluster.k3s, airGapDirectory };
      const { registrations } = await runProgram({ ...ownCluster, k3s });
      const uploads = registrations.filter(({ type }) => type.endsWith(":CopyToRemote"));
      assert.equal(uploads.length, 2 * ownCluster.hosts.length);
      for (const { name, inputs } of uploads) {
        assert.deepEqual(inputs["triggers"], [1], name);
        assert.ok(!("delete" in inputs), name);
      }
      assert.ok(needsOf(registrations, "pi-1-binary").has("pi-1-upload-k3s-arm64"));
      const { create } = find(registrations, "pi-1-binary").inputs;
      assert.ok(!String(create).includes("--url"), "nothing is downloaded");
    });
  });

  it("reaches every host but the bastion itself through the bastion, uploads included", async () => {
    await withFolder(async (airGapDirectory) => {
      for (const file of ["k3s", "sha256sum-amd64.txt"]) {
        writeFileSync(join(airGapDirectory, file), "");
      }
      const bastion = { address: "10.69.1.12", hostKey: `ssh-ed25519 ${"B".repeat(68)}` };
      const { registrations } = await runProgram({
        ...ownCluster,
        k3s: { ...ownCluster.k3s, airGapDirectory },
        ssh: { bastion },
      });
      for (const one of remoteOnes(registrations)) {
        const { host, proxy } = connection(one) as Connection & { proxy?: Connection };
        const expected = host === bastion.address ? undefined : bastion.address;
        assert.equal(proxy?.host, expected, one.name);
        if (proxy !== undefined) assert.equal(proxy.hostKey, bastion.hostKey, one.name);
      }
    });
  });

  it("runs k3s's command again for a changed log-in of a registry, and tells nothing of it", async () => {
    const registries = { configs: { "registry.lan": { auth: true } } };
    const run = async (password: string) => {
      const logins = { "registry.lan": { username: "me", password } };
      const secrets = { registryCredentials: JSON.stringify(logins) };
      const sections = { ...ownCluster, k3s: { ...ownCluster.k3s, registries } };
      const result = await runProgram(sections, { secrets, outputs: plausibleOutputs });
      const file = find(result.registrations, "pi-3-registries");
      assert.ok(String(file.inputs["stdin"]).includes(password));
      assert.ok(file.secretInputs.includes("stdin"));
      assert.equal(file.inputs["logging"], "none");
      const command = find(result.registrations, "pi-3-k3s");
      assert.equal(command.inputs["logging"], "stdoutAndStderr");
      assert.ok(!JSON.stringify(command.inputs).includes(password));
      assert.match(String(command.inputs["create"]), /--registries registries\.yaml/);
      return String(command.inputs["stdin"]);
    };
    const [first, same, other] = [await run("c4nary"), await run("c4nary"), await run("c4nary2")];
    assert.equal(first, same);
    assert.notEqual(first, other);
    assert.equal(first.split("\n")[0], other.split("\n")[0], "the cluster's identity stays first");
  });

  it("changes labels and taints without a change of what restarts k3s", async () => {
    const [first, ...others] = ownCluster.hosts;
    const marks = { labels: { disk: "ssd" }, taints: [{ key: "a", effect: "NoSchedule" }] };
    const marked = await runProgram(
      { ...ownCluster, hosts: [{ ...first, ...marks }, ...others] },
      { outputs: plausibleOutputs },
    );
    for (const name of ["pi-1-config", "pi-1-k3s"]) {
      assert.deepEqual(find(marked.registrations, name).inputs, find(all, name).inputs, name);
    }
    const labels = find(marked.registrations, "node-labels");
    assert.equal(labels.inputs["stdin"], "pi-1|disk=ssd|a=:NoSchedule\npi-2||\npi-3||\npi-4||");
    assert.ok(needsOf(all, "node-labels").has("nodes-ready"));
    assert.ok(needsOf(all, "pi-1-k3s").has("pi-1-registration"), "taints hold before pods land");
  });

  it("offers no old output to a host, which would put a kubeconfig into its environment", () => {
    for (const { name, inputs } of remoteOnes(all)) {
      assert.equal(inputs["addPreviousOutputInEnv"], false, name);
    }
  });

  it("pins every connection to the host's key and gives up on a wrong one in seconds", () => {
    for (const one of remoteOnes(all)) {
      assert.match(connection(one).hostKey ?? "", /^ssh-ed25519 A{4}/, one.name);
      assert.equal(connection(one).dialErrorLimit, one.name.endsWith("-back") ? 105 : 10, one.name);
    }
  });

  it("marks the tokens secret, logs nothing of theirs and keeps none of their output", () => {
    const secretOnes = remoteOnes(all).filter(({ secretInputs }) => secretInputs.includes("stdin"));
    assert.deepEqual(secretOnes.map(({ name }) => name).sort(), [
      "pi-1-agent-token",
      "pi-1-server-token",
      "pi-2-agent-token",
      "pi-2-server-token",
      "pi-3-agent-token",
      "pi-3-server-token",
      "pi-4-agent-token",
    ]);
    for (const { name, inputs, additionalSecretOutputs } of [
      ...secretOnes,
      find(all, "kubeconfig"),
    ]) {
      assert.equal(inputs["logging"], "none", name);
      for (const output of ["stdout", "stderr"]) {
        assert.ok(additionalSecretOutputs.includes(output), `${name}: ${output}`);
      }
    }
  });

  it("gives agents the agents' token only", () => {
    assert.equal(find(all, "pi-4-agent-token").inputs["stdin"], "generated-agent-token");
    assert.equal(find(all, "pi-3-server-token").inputs["stdin"], "generated-server-token");
    assert.ok(!all.some(({ name }) => name === "pi-4-server-token"));
  });

  it("names the virtual address in the kubeconfig, else that of the first server", async () => {
    const given = async (k3s: object) => {
      const { registrations } = await runProgram(
        { ...ownCluster, k3s },
        { outputs: plausibleOutputs },
      );
      const provider = registrations.find(({ type }) => type === "pulumi:providers:kubernetes");
      return String(provider?.inputs["kubeconfig"]);
    };
    assert.match(await given(ownCluster.k3s), /server: https:\/\/10\.69\.1\.10:6443/);
    assert.match(await given({}), /server: https:\/\/10\.69\.1\.11:6443/);
  });

  it("says that a server's kubeconfig cannot be read, and does not wait for it for ever", async () => {
    const outputs: FakeOutputs = (one) =>
      one.name === "kubeconfig" ? { stdout: "canary: [" } : plausibleOutputs(one);
    await assert.rejects(runProgram(ownCluster, { outputs }), (error: Error) => {
      assert.match(error.message, /the server's kubeconfig is not valid YAML: look at line 1/);
      return !error.message.includes("canary");
    });
  });

  it("keeps the provider and the kubeconfig's command the same when hosts are converged again", async () => {
    const hosts = ownCluster.hosts.map((host) => ({ ...host, generation: 2 }));
    const again = await runProgram({ ...ownCluster, hosts }, { outputs: plausibleOutputs });
    for (const name of ["kubeconfig", "initialisation", "cluster"]) {
      assert.deepEqual(find(again.registrations, name).inputs, find(all, name).inputs, name);
    }
    for (const name of ["pi-1-prepare", "pi-1-k3s", "pi-4-config", "pi-4-scripts"]) {
      assert.notDeepEqual(find(again.registrations, name).inputs, find(all, name).inputs, name);
    }
  });

  it("has a provider that is never replaced, and objects that change in place", () => {
    const { inputs } = find(all, "cluster");
    assert.equal(inputs["clusterIdentifier"], "home");
    assert.equal(String(inputs["enableConfigMapMutable"]), "true");
    assert.equal(String(inputs["enableSecretMutable"]), "true");
  });

  it("uses the agent's keys where the stack says so", async () => {
    const { registrations } = await runProgram({ ...ownCluster, ssh: { auth: "agent" } });
    for (const one of remoteOnes(registrations)) {
      assert.equal(connection(one).privateKey, undefined, one.name);
    }
    assert.equal(connection(find(all, "pi-1-k3s")).privateKey, "key");
  });
});

describe("a host that is gone", () => {
  for (const [gone, survivor] of [
    ["pi-2", "10.69.1.11"],
    ["pi-1", "10.69.1.12"],
    ["pi-4", "10.69.1.11"],
  ] as const) {
    it(`is never dialled, and leaves the cluster through a survivor: ${gone}`, async () => {
      const hosts = ownCluster.hosts.map((host) =>
        (host as { name: string }).name === gone ? { ...host, state: "gone" } : host,
      );
      const { registrations } = await runProgram({ ...ownCluster, hosts });
      const address = `10.69.1.1${gone.slice(-1)}`;
      for (const one of remoteOnes(registrations)) {
        assert.notEqual(connection(one).host, address, one.name);
      }
      const membership = find(registrations, `${gone}-membership`);
      assert.equal(connection(membership).host, survivor);
      assert.match(
        String(membership.inputs["create"]),
        new RegExp(`k3s-node.sh forget --node ${gone}`),
      );
      // The engine runs the old `delete` of what is dropped from the program: these two must stay.
      for (const part of ["membership", "teardown"]) {
        const { inputs } = find(registrations, `${gone}-${part}`);
        assert.equal(inputs["delete"], undefined, part);
      }
    });
  }

  it("keeps the names of what it was, so that the engine changes them instead of dialling", async () => {
    const hosts = ownCluster.hosts.map((host) =>
      (host as { name: string }).name === "pi-2" ? { ...host, state: "gone" } : host,
    );
    const urns = async (sections: object) =>
      (await runProgram({ ...ownCluster, ...sections })).registrations.map(({ urn }) => urn);
    const whole = new Set(await urns({}));
    const kept = (await urns({ hosts })).filter((urn) => /::pi-2(-|$)/.test(urn));
    assert.equal(kept.length, 3);
    for (const urn of kept) assert.ok(whole.has(urn), urn);
  });
});

describe("an existing cluster", () => {
  it("gets no SSH connection", async () => {
    const { registrations } = await runProgram(existingCluster);
    assert.deepEqual(remoteOnes(registrations), []);
    assert.deepEqual(
      registrations.filter(({ type }) => /^bramble:(k3s|host):/.test(type)),
      [],
    );
  });

  it("is reached by the secret kubeconfig, and with the context that was named", async () => {
    const cluster = { ...existingCluster.cluster, context: "talos" };
    const mine = kubeconfig("key").replaceAll('"default"', '"talos"');
    const { registrations } = await runProgram(
      { ...existingCluster, cluster },
      { secrets: { kubeconfig: mine } },
    );
    const { inputs, secretInputs } = find(registrations, "cluster");
    assert.equal(inputs["kubeconfig"], mine);
    assert.equal(inputs["context"], "talos");
    assert.deepEqual(secretInputs, ["kubeconfig"]);
  });
});
