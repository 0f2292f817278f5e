import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { configKeys } from "../../../config/parse";
import { secretNames } from "../../../config/secrets";
import { configurationPage } from "../../../operations/docs/configuration";
import { policyPage } from "../../../operations/docs/policy";
import { projectFile } from "../../../operations/docs/projectFile";
import { secretsPage } from "../../../operations/docs/secrets";
import { projectDirectory } from "../../../operations/stackFile";

const read = (name: string) => readFileSync(join(projectDirectory, name), "utf8");

describe("npm run docs", () => {
  it("has been run: docs/configuration.md says what the schema says", () => {
    assert.equal(read("docs/configuration.md"), configurationPage());
  });

  it("has been run: docs/policy.md says what the rules and their exemptions say", () => {
    assert.equal(read("docs/policy.md"), policyPage());
  });

  it("has been run: docs/secrets.md says what the inventory says, also of each stack", () => {
    assert.equal(read("docs/secrets.md"), secretsPage(["local", "staging", "production"]));
  });

  it("has been run: Pulumi.yaml declares what the schema says", () => {
    assert.equal(read("Pulumi.yaml"), projectFile(read("Pulumi.yaml")));
  });

  it("writes the declarations where there are none, and the rest of the file as it was", () => {
    const [before = ""] = read("Pulumi.yaml").split("\n#");
    assert.equal(projectFile(before), read("Pulumi.yaml"));
  });

  it("declares no key the CLI would demand", () => {
    const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, object> };
    assert.deepEqual(Object.keys(config), configKeys);
    for (const [key, declaration] of Object.entries(config)) {
      assert.ok("default" in declaration, `${key} without a default would have to be set`);
      assert.ok(!("secret" in declaration), `${key}: a secret default would have to be encrypted`);
    }
  });

  it("describes every key and tells how each secret is set", () => {
    const page = configurationPage();
    const empty = page.split("\n").filter((line) => /^\|.*\|\s+\|$/.test(line));
    assert.deepEqual(empty, []);
    for (const name of secretNames) {
      assert.ok(page.includes(`pulumi config set --secret ${name} --stack <stack>`), name);
    }
  });

  it("names types and defaults the way people write them", () => {
    const row = (path: string) =>
      configurationPage()
        .split("\n")
        .find((line) => line.startsWith(`| \`${path}\` |`))
        ?.split(" | ")
        .slice(1, 3);
    assert.deepEqual(row("hosts[].address"), ["IPv4 address", "**required**"]);
    assert.deepEqual(row("hosts[].generation"), ["whole number", "`1`"]);
    assert.deepEqual(row("network.pools[].addresses"), ["list of address ranges", "**required**"]);
    assert.deepEqual(row("ssh.auth"), ["`key` or `agent`", '`"key"`']);
    assert.deepEqual(row("media.apps.<name>.address"), ["IPv4 address", "–"]);
  });
});
