import assert from "node:assert/strict";
import { configSchema, type HostConfig } from "../../../config/schema";
import { judge, raiseGeneration, writePins } from "../../../operations/hosts/pins";

const ed25519 = { type: "ssh-ed25519", body: "A".repeat(68) };
const other = { type: "ssh-ed25519", body: "B".repeat(68) };
const ecdsa = { type: "ecdsa-sha2-nistp256", body: "C".repeat(140) };

function host(hostKey?: string): HostConfig {
  const row = { name: "pi-1", address: "192.168.1.21", role: "server", hostKey };
  const [parsed] = configSchema.parse({ hosts: [row] }).hosts;
  assert.ok(parsed);
  return parsed;
}

const pinned = host(`ssh-ed25519 ${ed25519.body} root@pi-1`);

describe("operations/hosts/pins", () => {
  it("pins the preferred key of a new host", () => {
    assert.deepEqual(judge(host(), [ed25519, ecdsa], false), { kind: "pin", key: ed25519 });
  });

  it("knows a pinned key whatever else the host offers", () => {
    assert.deepEqual(judge(pinned, [ed25519, ecdsa], false), { kind: "pinned", key: ed25519 });
    const older = host(`ecdsa-sha2-nistp256 ${ecdsa.body}`);
    assert.deepEqual(judge(older, [ed25519, ecdsa], false), { kind: "pinned", key: ecdsa });
  });

  it("refuses another key than the pinned one, and one of another type too", () => {
    assert.deepEqual(judge(pinned, [other], false), { kind: "refused", key: other, was: ed25519 });
    assert.deepEqual(judge(pinned, [ecdsa], false), { kind: "refused", key: ecdsa, was: ed25519 });
  });

  it("replaces it when told to", () => {
    assert.deepEqual(judge(pinned, [other], true), { kind: "pin", key: other, was: ed25519 });
  });

  it("says nothing about a host that does not answer", () => {
    assert.deepEqual(judge(pinned, [], true), { kind: "unreachable" });
  });

  it("writes pins and leaves comments, order and everything else as they are", () => {
    const before = `# My hosts.
config:
  bramble:cluster:
    name: home # do not change
  bramble:hosts:
    # in the cupboard
    - { name: pi-1, address: 192.168.1.21, role: server } # SSD
    - name: pi-2
      address: 192.168.1.22
      role: agent
  bramble:sshPrivateKey:
    secure: v1:abc:def
encryptionsalt: v1:salt
`;
    const after = before
      .replace("role: server }", "role: server, hostKey: ssh-ed25519 AAAA }")
      .replace("role: agent\n", "role: agent\n      hostKey: ssh-ed25519 BBBB\n");
    const pins = new Map([
      ["pi-1", "ssh-ed25519 AAAA"],
      ["pi-2", "ssh-ed25519 BBBB"],
    ]);
    assert.equal(writePins(before, pins), after);
    assert.equal(writePins(after, pins), after);
  });

  it("finds hosts under a key without the project's name, and refuses unknown ones", () => {
    const text = "config:\n  hosts:\n    - { name: pi-1 }\n";
    assert.equal(
      writePins(text, new Map([["pi-1", "ssh-ed25519 AAAA"]])),
      "config:\n  hosts:\n    - { name: pi-1, hostKey: ssh-ed25519 AAAA }\n",
    );
    assert.throws(() => writePins(text, new Map([["pi-9", ""]])), /no host pi-9/);
  });

  it("raises one host's generation, written or not, and keeps all else", () => {
    const text = `# hosts
config:
  bramble:hosts:
    - { name: pi-1, generation: 4 } # the first
    - name: pi-2
`;
    assert.equal(raiseGeneration(text, "pi-1"), text.replace("4", "5"));
    assert.equal(raiseGeneration(text, "pi-2"), `${text}      generation: 2\n`);
    assert.throws(() => raiseGeneration(text, "pi-9"), /no host pi-9/);
  });
});
