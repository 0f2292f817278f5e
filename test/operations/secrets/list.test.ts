import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { list } from "../../../operations/secrets/list/list";
import { withFolder } from "../../support/folders";
import { ownCluster } from "../../support/program";

/** What `list` says of a stack's file. */
function listOf(secrets: object, sections: object = {}) {
  return withFolder((directory) => {
    const values = { ...ownCluster, ...sections, ...secrets };
    const config = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`bramble:${key}`, value as unknown]),
    );
    writeFileSync(join(directory, "Pulumi.home.yaml"), stringify({ config }));
    const printed: string[] = [];
    const code = list({ stack: "home", directory, print: (text) => printed.push(text) });
    const text = printed.join("");
    const states = new Map(
      text
        .split("\n")
        .map((line) => line.split(/ {2,}/))
        .map(([name = "", state = "", since = ""]) => [name.trim(), [state, since]] as const),
    );
    return { code, text, states };
  });
}

const encrypted = { secure: "v1:AAAA:BBBB" };

describe("npm run secrets -- <stack> list", () => {
  it("tells what is given, made, missing, and since when, and leaves out what is not used", async () => {
    const rotated = { radarrApiKey: "2026-01-31" };
    const { code, states } = await listOf({ sshPrivateKey: encrypted, secrets: { rotated } });
    assert.equal(code, 0);
    assert.deepEqual(states.get("sshPrivateKey"), ["given", "-"]);
    assert.deepEqual(states.get("radarrApiKey"), ["generated", "2026-01-31"]);
    assert.deepEqual(states.get("plexClaimToken"), ["optional", "-"]);
    assert.ok(!states.has("kubeconfig"));
  });

  it("names what is missing, and how it is set", async () => {
    const { code, text, states } = await listOf({});
    assert.equal(code, 2);
    assert.deepEqual(states.get("sshPrivateKey"), ["missing", "-"]);
    assert.match(
      text,
      /^sshPrivateKey is missing: pulumi config set --secret sshPrivateKey --stack home < /m,
    );
  });

  it("names what stands there in clear, and does not repeat it", async () => {
    const value = "c4nary-in-clear";
    const { code, text } = await listOf({ sshPrivateKey: encrypted, radarrApiKey: value });
    assert.equal(code, 2);
    assert.match(text, /^radarrApiKey is in clear text: change the value, then pulumi config set/m);
    assert.ok(!text.includes(value));
  });
});
