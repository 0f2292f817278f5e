import assert from "node:assert/strict";
import { parseConfig } from "../../../config/parse";
import type { Config, HostConfig } from "../../../config/schema";
import { bastionOf, knownHostsText, sshOptions } from "../../../operations/connection/options";

const key = (letter: string) => `ssh-ed25519 ${letter.repeat(68)}`;

function stack(bastion?: object): { config: Config; host: HostConfig } {
  const { draft } = parseConfig({
    hosts: [{ name: "pi-1", address: "10.0.0.11", role: "server", hostKey: key("A") }],
    ssh: { user: "pi", ...(bastion === undefined ? {} : { bastion }) },
  });
  assert.ok(draft?.hosts[0]);
  return { config: draft, host: draft.hosts[0] };
}

function optionsOf(bastion?: object): string[] {
  const { config, host } = stack(bastion);
  return sshOptions(config, host, "/tmp/known hosts", "/home/me/key").filter((one) => one !== "-o");
}

describe("operations/ssh/options", () => {
  it("accept the pinned key and no other, and never ask", () => {
    const options = optionsOf();
    for (const wanted of [
      "BatchMode=yes",
      "StrictHostKeyChecking=yes",
      "HostKeyAlgorithms=ssh-ed25519",
    ])
      assert.ok(options.includes(wanted), wanted);
    assert.ok(!options.some((one) => one.startsWith("ProxyCommand=")));
  });

  it("check the bastion's key as well, with the same key file, at its port and as its user", () => {
    const bastion = { address: "gate.lan", port: 2222, user: "guest", hostKey: key("B") };
    const proxy = optionsOf(bastion).find((one) => one.startsWith("ProxyCommand=")) ?? "";
    assert.match(proxy, /^ProxyCommand=ssh .* -p 2222 -W %h:%p guest@gate\.lan$/);
    for (const wanted of [
      "StrictHostKeyChecking=yes",
      "BatchMode=yes",
      "IdentityFile=/home/me/key",
      "'UserKnownHostsFile=/tmp/known hosts'",
    ])
      assert.ok(proxy.includes(wanted), `${wanted} in ${proxy}`);
    const { config, host } = stack(bastion);
    assert.equal(
      knownHostsText(config, host),
      `10.0.0.11 ${key("A")}\n[gate.lan]:2222 ${key("B")}\n`,
    );
  });

  it("go straight to a bastion that is a host itself", () => {
    const bastion = { address: "10.0.0.11", hostKey: key("A") };
    assert.ok(!optionsOf(bastion).some((one) => one.startsWith("ProxyCommand=")));
    const { config, host } = stack(bastion);
    assert.equal(bastionOf(config, host), undefined);
    assert.equal(bastionOf(config)?.user, "pi");
  });
});
