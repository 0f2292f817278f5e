import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { HostTarget } from "../../../components/remote/connection";
import { remoteFile } from "../../../components/remote/remoteFile";
import { installScripts, remoteScript } from "../../../components/remote/remoteScript";
import { scriptBundle, scriptRevision } from "../../../components/remote/scripts";
import { type Registration, runInProcess } from "../../../operations/inprocess/run";

const host: HostTarget = {
  name: "pi-1",
  address: "10.69.1.11",
  user: "pi",
  port: 22,
  hostKey: "ssh-ed25519 AAAA",
  generation: 1,
};

/** What a program asks for on one host. */
async function only(program: () => void): Promise<Registration> {
  const { registrations } = await runInProcess(program, {
    stack: "home",
    config: {},
    secretKeys: [],
    preview: false,
    make: () => Promise.resolve({}),
  });
  const [one, ...more] = registrations;
  assert.ok(one);
  assert.deepEqual(more, []);
  return one;
}

const converge = { script: "prepare.sh", args: ["converge"] } as const;
const prefix = "sudo -n timeout --kill-after=10 300 /usr/local/lib/bramble";

describe("remoteScript", () => {
  it("is a command with these inputs and no others", async () => {
    const one = await only(() => remoteScript("it", { host, create: converge }, {}));
    assert.deepEqual(one.inputs, {
      connection: {
        host: "10.69.1.11",
        port: 22,
        user: "pi",
        hostKey: "ssh-ed25519 AAAA",
        dialErrorLimit: 10,
        perDialTimeout: 10,
      },
      create: `${prefix}/prepare.sh converge # ${scriptRevision("prepare.sh")}`,
      logging: "stdoutAndStderr",
      addPreviousOutputInEnv: false,
    });
  });

  it("goes through the bastion with its own pinned key, as patient and with the same private key", async () => {
    const bastion = { address: "gate.lan", port: 2222, user: "guest", hostKey: "ssh-ed25519 BBBB" };
    const privateKey = pulumi.secret("k3y");
    const target = { ...host, bastion, privateKey };
    const { inputs, shown } = await only(() =>
      remoteScript("it", { host: target, create: converge, dialErrorLimit: 60 }, {}),
    );
    assert.deepEqual((inputs["connection"] as Record<string, unknown>)["proxy"], {
      ...{ host: "gate.lan", port: 2222, user: "guest", hostKey: "ssh-ed25519 BBBB" },
      ...{ dialErrorLimit: 60, perDialTimeout: 10, privateKey: "k3y" },
    });
    assert.ok(!JSON.stringify(shown).includes("k3y"));
  });

  it("runs again for a new generation or revision, by its text alone", async () => {
    const create = async (generation: number, revision?: string) => {
      const args = { host: { ...host, generation }, create: converge };
      const { inputs } = await only(() => {
        remoteScript("it", { ...args, ...(revision === undefined ? {} : { revision }) }, {});
      });
      return String(inputs["create"]).split(" # ")[1];
    };
    const script = scriptRevision("prepare.sh");
    assert.equal(await create(1), script);
    assert.equal(await create(2), `${script} generation-2`);
    assert.equal(await create(2, "abc"), `${script} generation-2 abc`);
  });

  it("carries no reason in its delete: a script's new text is none to undo anything", async () => {
    const { inputs } = await only(() => {
      const undo = { script: "k3s-teardown.sh", args: ["teardown"] } as const;
      remoteScript("it", { host, create: converge, delete: undo }, {});
    });
    assert.equal(
      inputs["delete"],
      `if test -x /usr/local/lib/bramble/k3s-teardown.sh; then ${prefix}/k3s-teardown.sh teardown; fi`,
    );
  });

  it("stays the same whatever the script's text where everything hangs on it", async () => {
    const { inputs } = await only(() =>
      remoteScript("it", { host, create: converge, constant: true }, {}),
    );
    assert.equal(inputs["create"], `${prefix}/prepare.sh converge`);
  });

  it("logs and keeps nothing of a secret run, and marks what it reads", async () => {
    const one = await only(() =>
      remoteScript("it", { host, create: converge, stdin: "s3cret", secret: true }, {}),
    );
    assert.equal(one.inputs["logging"], "none");
    assert.ok(one.secretInputs.includes("stdin"));
    assert.equal(one.shown["stdin"], "[secret]");
    assert.ok(["stdout", "stderr"].every((name) => one.additionalSecretOutputs.includes(name)));
  });

  it("keeps the private key secret, and leaves the agent's socket to the provider", async () => {
    const privateKey = pulumi.secret("k3y");
    const one = await only(() =>
      remoteScript("it", { host: { ...host, privateKey }, create: converge }, {}),
    );
    assert.ok(!JSON.stringify(one.shown).includes("k3y"));
    const agent = await only(() => remoteScript("it", { host, create: converge }, {}));
    assert.ok(!JSON.stringify(agent.inputs).includes("agentSocketPath"));
  });
});

describe("remoteFile", () => {
  it("sends the content by standard input, for nobody but root unless told otherwise", async () => {
    const one = await only(() =>
      remoteFile(
        "it",
        { host, path: "/etc/bramble/k3s/token", content: "s3cret", secret: true },
        {},
      ),
    );
    assert.equal(one.inputs["stdin"], "s3cret");
    assert.match(
      String(one.inputs["create"]),
      /file\.sh converge --path \/etc\/bramble\/k3s\/token --mode 0600 # /,
    );
    assert.ok(!String(one.inputs["create"]).includes("s3cret"));
  });

  it("shows what is no secret, so that a preview tells what changes in the file", async () => {
    const args = { host, path: "/etc/x", content: "a: 1\n", mode: "0644" };
    const one = await only(() => remoteFile("it", args, {}));
    assert.equal(one.shown["stdin"], "a: 1\n");
    assert.match(String(one.inputs["create"]), /--mode 0644/);
  });
});

describe("installScripts", () => {
  it("sends every script along", async () => {
    const one = await only(() => installScripts("it", host, {}));
    assert.equal(one.inputs["stdin"], scriptBundle());
  });

  it("installs them again on a host that was wiped", async () => {
    const again = await only(() => installScripts("it", { ...host, generation: 2 }, {}));
    assert.match(String(again.inputs["create"]), /\n# generation-2$/);
  });
});
