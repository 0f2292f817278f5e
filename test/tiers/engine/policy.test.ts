import { strict as assert } from "node:assert";
import { readStackFile } from "../../../operations/stackFile";
import { hostRow } from "../../support/program";
import { createWorkspace, type Finished, type Workspace } from "./pulumi";

/** The plugins cannot be had here: nothing that Bramble could mend. */
const noPlugin = /^.*plugin.*(not found|could not|failed to (load|download|install)|missing).*$/im;

describe("the engine asks the policy pack", function () {
  this.timeout(300_000);
  let workspace: Workspace;
  let first: Finished;
  const preview = (): Promise<Finished> =>
    workspace.tryRun(["preview", "--policy-pack", "policy", "--suppress-outputs"], {
      outside: true,
    });

  before(async function () {
    const { config } = readStackFile("production");
    workspace = await createWorkspace({
      config: {
        ...config,
        "bramble:hosts": JSON.stringify([hostRow(1, "server")]),
        "bramble:media": '{"enabled":false}',
        "bramble:sshPrivateKey": "canary",
      },
      secretKeys: ["bramble:sshPrivateKey"],
    });
    first = await preview();
    const [reason] = noPlugin.exec(first.said) ?? [];
    if (first.code !== 0 && reason !== undefined) {
      console.log(`  skipped: ${reason.trim()}`);
      this.skip();
    }
  });

  after(() => {
    workspace.remove();
  });

  it("finds nothing against what the program makes", () => {
    assert.equal(first.code, 0, first.said);
    assert.match(first.said, /✅ bramble@v/);
  });

  it("refuses what breaks a rule, of one resource or of the whole stack, and says what to do", async () => {
    workspace.configure({
      "bramble:platform": { namespaces: { networkPolicies: false } },
      "bramble:ssh": { user: "pi", requireHostKeys: false },
      "bramble:hosts": [hostRow(1, "server", { hostKey: undefined })],
    });
    const { code, said } = await preview();
    assert.notEqual(code, 0, said);
    assert.match(said, /\[mandatory\] {2}host-key {2}\(command:remote:Command: pi-1-scripts\)/);
    assert.match(said, /Command\/pi-1-scripts: connection\.hostKey: any key would be accepted\./);
    assert.match(said, /`npm run hosts -- <stack> trust` reads the keys/);
  });

  it("goes on where the stack takes rules as advice, and tells all the same", async () => {
    workspace.configure({ "bramble:policy": { level: "advisory" } });
    const { code, said } = await preview();
    assert.equal(code, 0, said);
    assert.match(said, /\[advisory\] {2}host-key /);
    assert.match(
      said,
      /\[advisory\] {2}default-deny {2}\(kubernetes:core\/v1:Namespace: traefik\)/,
    );
  });
});
