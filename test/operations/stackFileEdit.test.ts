import assert from "node:assert/strict";
import {
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { stackFilePath } from "../../operations/stackFile";
import { editStackFile, editStackText, stackTextValue } from "../../operations/stackFileEdit";
import { withFolder } from "../support/folders";

const text = `# How this cluster is.
encryptionsalt: v1:abc
config:
  bramble:k3s:
    virtualIp: 10.69.1.10 # outside the router's range
    rotation: { serverToken: 2, agentToken: 1 }
  bramble:hosts:
    # the one with the SSD
    - { name: pi-1, address: 10.69.1.11, role: server, tags: [one,  two] }
  # what was agreed
  bramble:network: {dhcpRange: 10.69.1.200-10.69.1.250, pools: [{name: a, addresses: [x]}]} # kept
  bramble:sshPrivateKey:
    secure: v1:def
`;

describe("operations/stackFileEdit", () => {
  it("changes one value and leaves every other byte as it is", () => {
    const changed = editStackText(text, { "k3s.rotation.serverToken": 3 });
    assert.equal(changed, text.replace("serverToken: 2", "serverToken: 3"));
  });

  it("makes the maps that lead to a value, also below a key without one", () => {
    for (const before of [text, `${text}  bramble:secrets:\n`]) {
      const changed = editStackText(before, { "secrets.rotated.grafanaPassword": "2026-11-21" });
      assert.deepEqual(
        (parse(changed) as { config: Record<string, unknown> }).config["bramble:secrets"],
        {
          rotated: { grafanaPassword: "2026-11-21" },
        },
      );
      assert.match(changed, /# the one with the SSD/);
    }
  });

  it("finds a key that is written without the project's prefix", () => {
    const plain = text.replace("bramble:k3s", "k3s");
    const changed = editStackText(plain, { "k3s.rotation.agentToken": 2 });
    assert.equal(changed, plain.replace("agentToken: 1", "agentToken: 2"));
  });

  it("takes out what it put in, with the maps it had made for it", () => {
    const names = fc.constantFrom("k3s", "secrets", "media", "ssh", "hosts2");
    fc.assert(
      fc.property(names, names, names, fc.integer(), (one, two, three, value) => {
        const path = `${one}.rotated-${two}.${three}`;
        const changed = editStackText(text, { [path]: value });
        assert.equal(stackTextValue(changed, path), value);
        assert.equal(editStackText(changed, { [path]: undefined }), text);
      }),
    );
  });

  it("leaves every section it does not touch as it is, whatever its form", () => {
    for (const file of [text, text.trimEnd(), text.replaceAll("\n  ", "\n      ")]) {
      const changed = editStackText(file, {
        "secrets.rotated.grafanaPassword": "2026-11-21",
        "k3s.rotation.secretsKey": 2,
      });
      const kept = (line: string) => !/rotation|k3s|secrets|rotated|grafana|virtualIp/.test(line);
      assert.deepEqual(
        changed.trimEnd().split("\n").filter(kept),
        file.trimEnd().split("\n").filter(kept),
      );
      assert.equal(stackTextValue(changed, "k3s.rotation.secretsKey"), 2);
      assert.equal(stackTextValue(changed, "k3s.rotation.serverToken"), 2);
    }
  });

  it("quotes a date: the CLI would read it as a moment, and hand it on in another form", () => {
    for (const date of ["2026-11-21", "2026-11-21T10:00:00Z"]) {
      const added = editStackText(text, { "secrets.rotated.grafanaPassword": date });
      const changed = editStackText(added, { "secrets.rotated.grafanaPassword": date });
      for (const file of [added, changed]) assert.ok(file.includes(`grafanaPassword: "${date}"`));
      assert.ok(added.includes("dhcpRange: 10.69.1.200-10.69.1.250"));
    }
  });

  it("keeps what stands behind the config", () => {
    const salted = `${text.replace("encryptionsalt: v1:abc\n", "")}encryptionsalt: v1:abc\n`;
    const changed = editStackText(salted, { "secrets.rotated.grafanaPassword": "2026-11-21" });
    assert.match(changed, /rotated:\n {6}grafanaPassword: "2026-11-21"\nencryptionsalt: v1:abc\n$/);
    assert.equal(editStackText(changed, { "secrets.rotated.grafanaPassword": undefined }), salted);
  });

  it("edits a file that has no config yet", () => {
    for (const file of ["", "encryptionsalt: v1:abc\n", "config: {}\n", "config:\n"]) {
      const changed = editStackText(file, { "secrets.rotated.x": "2026-11-21" });
      assert.equal(stackTextValue(changed, "secrets.rotated.x"), "2026-11-21", file);
    }
  });

  it("says where it cannot go, and what is no YAML", () => {
    assert.throws(() => editStackText(text, { "k3s.virtualIp.deep": 1 }), /k3s\.virtualIp\.deep: /);
    assert.throws(() => editStackText("config: [", { "a.b": 1 }), /is no YAML/);
  });

  it("writes the file whole, keeps its mode and a link to it, and tells what was there", () =>
    withFolder((folder) => {
      const real = join(folder, "kept.yaml");
      writeFileSync(real, text);
      chmodSync(real, 0o640);
      symlinkSync(real, stackFilePath("home", folder));
      const edits = {
        "k3s.rotation.serverToken": 3,
        "secrets.rotated.grafanaPassword": "2026-11-21",
      };
      const before = editStackFile("home", edits, folder);
      assert.deepEqual(before, {
        "k3s.rotation.serverToken": 2,
        "secrets.rotated.grafanaPassword": undefined,
      });
      assert.equal(statSync(real).mode & 0o777, 0o640);
      assert.match(readFileSync(real, "utf8"), /serverToken: 3/);
      editStackFile("home", before, folder);
      assert.equal(readFileSync(real, "utf8"), text);
      assert.deepEqual(readdirSync(folder).sort(), ["Pulumi.home.yaml", "kept.yaml"]);
    }));
});
