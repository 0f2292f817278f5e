import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { readStackConfig, readStackFile, stackFilePath } from "../../operations/stackFile";
import { withFolder } from "../support/folders";

async function withStack<T>(text: string, work: (folder: string) => T): Promise<T> {
  return withFolder((folder) => {
    writeFileSync(stackFilePath("home", folder), text);
    return work(folder);
  });
}

describe("operations/stackFile", () => {
  it("hands values over as the CLI does: text as it is, the rest as JSON", async () => {
    const text = `config:
  bramble:cluster: { name: home }
  bramble:hosts: []
  ssh: { port: 22 }
  other:key: plain
`;
    const { config, secretKeys } = await withStack(text, (folder) =>
      readStackFile("home", {}, folder),
    );
    assert.deepEqual(config, {
      "bramble:cluster": '{"name":"home"}',
      "bramble:hosts": "[]",
      "bramble:ssh": '{"port":22}',
      "other:key": "plain",
    });
    assert.deepEqual(secretKeys, []);
  });

  it("leaves encrypted values closed and marks them secret, also inside a map", async () => {
    const text = `config:
  bramble:sshPrivateKey: { secure: v1:abc }
  bramble:network: { domain: { secure: v1:def } }
  bramble:hosts: [{ labels: { secure: "yes", insecure: "no" } }]
`;
    const { config, secretKeys } = await withStack(text, (folder) =>
      readStackFile("home", {}, folder),
    );
    assert.deepEqual(secretKeys, ["bramble:sshPrivateKey", "bramble:network"]);
    assert.ok(!JSON.stringify(config).includes("v1:"));
  });

  it("puts given secrets in the place of the file's", async () => {
    const text = "config:\n  bramble:kubeconfig: { secure: v1:abc }\n";
    const { config } = await withStack(text, (folder) =>
      readStackFile("home", { kubeconfig: "given" }, folder),
    );
    assert.equal(config["bramble:kubeconfig"], "given");
  });

  it("takes an empty file for a stack with nothing set", async () => {
    for (const text of ["", "config:\n", "encryptionsalt: v1:x\n"]) {
      assert.deepEqual(await withStack(text, (folder) => readStackFile("home", {}, folder)), {
        config: {},
        secretKeys: [],
      });
    }
  });

  it("says in one line that there is no such stack", () => {
    assert.throws(() => readStackFile("nowhere"), {
      message: "no Pulumi.nowhere.yaml here: the first argument is the name of a stack",
    });
  });

  it("reads a configuration that breaks rules, but none whose form is wrong", async () => {
    const host = "{ name: pi-1, address: 192.168.1.21, role: server }";
    const config = await withStack(`config:\n  bramble:hosts: [${host}]\n`, (folder) =>
      readStackConfig("home", folder),
    );
    assert.equal(config.hosts[0]?.hostKey, undefined);
    const wrong = `config:\n  bramble:hosts: [${host.replace("192", "392")}]\n`;
    await withStack(wrong, (folder) => {
      assert.throws(() => readStackConfig("home", folder), /bramble:hosts\[0\]\.address: 392/);
    });
  });
});
