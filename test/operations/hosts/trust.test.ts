import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import type { HostKey } from "../../../operations/connection/hostKeys";
import { trust } from "../../../operations/hosts/trust";
import { stackFilePath } from "../../../operations/stackFile";
import { withFolder } from "../../support/folders";

const key = (letter: string): HostKey => ({ type: "ssh-ed25519", body: letter.repeat(68) });

const file = `config:
  bramble:hosts:
    - { name: pi-1, address: 192.168.1.21, role: server }
    - { name: pi-2, address: 192.168.1.22, role: server, hostKey: ssh-ed25519 ${"B".repeat(68)} }
    - { name: pi-3, address: 192.168.1.23, role: server, state: gone }
    - { name: pi-4, address: 192.168.1.24, role: agent }
`;

interface Told {
  readonly code: number;
  readonly output: string;
  /** The stack's file afterwards. */
  readonly text: string;
  readonly scanned: readonly string[];
}

async function run(
  answers: Readonly<Record<string, HostKey>>,
  options: { yes?: boolean; replace?: string[]; confirm?: boolean } = {},
): Promise<Told> {
  return withFolder(async (directory) => {
    writeFileSync(stackFilePath("home", directory), file);
    const scanned: string[] = [];
    let output = "";
    const code = await trust({
      stack: "home",
      directory,
      yes: options.yes ?? false,
      replace: options.replace ?? [],
      scan: ({ address }) => {
        scanned.push(address);
        const found = answers[address];
        return Promise.resolve(found === undefined ? [] : [found]);
      },
      confirm: () => Promise.resolve(options.confirm ?? false),
      print: (text) => {
        output += text;
      },
    });
    const text = readFileSync(stackFilePath("home", directory), "utf8");
    return { code, output, text, scanned };
  });
}

const allAnswer = {
  "192.168.1.21": key("A"),
  "192.168.1.22": key("B"),
  "192.168.1.24": key("D"),
};

describe("npm run hosts -- <stack> trust", () => {
  it("shows each host's fingerprint and pins once it is told yes", async () => {
    const { code, output, text } = await run(allAnswer, { confirm: true });
    assert.equal(code, 0);
    assert.match(output, /pi-1 +192\.168\.1\.21 +ssh-ed25519 +SHA256:\S{43} +new\n/);
    assert.match(output, /pi-2 .* pinned already\n/);
    assert.match(text, /pi-1, .*hostKey: ssh-ed25519 A{68} }/);
    assert.match(text, /pi-4, .*hostKey: ssh-ed25519 D{68} }/);
  });

  it("asks present hosts only: nobody is at a dead host's address, or somebody else", async () => {
    const { scanned } = await run(allAnswer);
    assert.deepEqual(scanned, ["192.168.1.21", "192.168.1.22", "192.168.1.24"]);
  });

  it("writes nothing without a yes", async () => {
    const { code, text } = await run(allAnswer);
    assert.equal(code, 1);
    assert.equal(text, file);
  });

  it("names each host that does not answer in one line, and pins the others", async () => {
    const { code, output, text } = await run({ "192.168.1.21": key("A") }, { yes: true });
    assert.equal(code, 1);
    const lines = output.split("\n").filter((line) => line.includes("does not answer"));
    assert.deepEqual(
      lines.map((line) => line.slice(0, 4)),
      ["pi-2", "pi-4"],
    );
    assert.match(text, /pi-1, .*hostKey/);
  });

  it("refuses another key than the pinned one and says how to proceed", async () => {
    const { code, output, text } = await run(
      { ...allAnswer, "192.168.1.22": key("X") },
      { yes: true },
    );
    assert.equal(code, 1);
    assert.match(output, /npm run hosts -- home trust --replace pi-2/);
    assert.match(text, /pi-2, .*hostKey: ssh-ed25519 B{68} }/);
  });

  it("replaces just the pin it is told to", async () => {
    const changed = { ...allAnswer, "192.168.1.22": key("X") };
    const { code, text } = await run(changed, { yes: true, replace: ["pi-2"] });
    assert.equal(code, 0);
    assert.match(text, /pi-2, .*hostKey: ssh-ed25519 X{68} }/);
  });

  it("knows the hosts it may replace", async () => {
    await assert.rejects(run(allAnswer, { replace: ["pi-9"] }), /--replace pi-9: no such host/);
  });

  describe("with a bastion", () => {
    const withBastion = `config:
  bramble:ssh:
    bastion: { address: 192.168.1.9 } # at the door
  bramble:hosts:
    - { name: pi-1, address: 192.168.1.21, role: server }
`;
    const attempt = (bastionKey: HostKey | undefined, text: string, yes: boolean) =>
      withFolder(async (directory) => {
        writeFileSync(stackFilePath("home", directory), text);
        const asked: string[] = [];
        let output = "";
        const code = await trust({
          ...{ stack: "home", directory, yes, replace: [] },
          scan: ({ address }) => {
            asked.push(address);
            return Promise.resolve(bastionKey === undefined ? [] : [bastionKey]);
          },
          scanBehind: (bastion, { address }) => {
            asked.push(`${address} behind ${bastion.address} with ${bastion.hostKey ?? "no key"}`);
            return Promise.resolve([key("A")]);
          },
          confirm: () => Promise.resolve(false),
          print: (told) => {
            output += told;
          },
        });
        return {
          code,
          asked,
          output,
          text: readFileSync(stackFilePath("home", directory), "utf8"),
        };
      });

    it("pins the bastion first and asks the hosts through it", async () => {
      const { code, asked, text } = await attempt(key("G"), withBastion, true);
      assert.equal(code, 0);
      const pinned = `ssh-ed25519 ${"G".repeat(68)}`;
      assert.deepEqual(asked, ["192.168.1.9", `192.168.1.21 behind 192.168.1.9 with ${pinned}`]);
      assert.match(
        text,
        /bastion: { address: 192\.168\.1\.9, hostKey: ssh-ed25519 G{68} } # at the door/,
      );
      assert.match(text, /pi-1, .*hostKey: ssh-ed25519 A{68} }/);
    });

    it("asks no host through a bastion that nobody agreed to, or that shows another key", async () => {
      const declined = await attempt(key("G"), withBastion, false);
      assert.deepEqual([declined.code, declined.asked], [1, ["192.168.1.9"]]);
      assert.equal(declined.text, withBastion);
      const other = withBastion.replace("1.9 }", `1.9, hostKey: ssh-ed25519 ${"H".repeat(68)} }`);
      const refused = await attempt(key("G"), other, true);
      assert.deepEqual([refused.code, refused.asked], [1, ["192.168.1.9"]]);
      assert.match(refused.output, /trust --replace ssh\.bastion/);
      assert.equal((await attempt(undefined, withBastion, true)).code, 1);
    });
  });
});
