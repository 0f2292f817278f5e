import assert from "node:assert/strict";
import { parseConfig } from "../../config/parse";
import { secretAges } from "../../stacks/secretAges";
import { existingCluster, ownCluster, type Sections } from "../support/program";

function agesOf(sections: Sections): Map<string, ReturnType<typeof secretAges>[number]> {
  const { config, problems } = parseConfig(sections);
  assert.ok(config, JSON.stringify(problems));
  return new Map(secretAges(config).map((age) => [age.name, age]));
}

describe("ages of secrets", () => {
  it("count from the noted date, else from the namespace of the consumer", () => {
    const rotated = { radarrApiKey: "2026-01-31", argoCdPassword: "2026-01-31T12:00:00Z" };
    const ages = agesOf({ ...ownCluster, secrets: { rotated } });
    assert.equal(ages.get("radarrApiKey")?.since, Date.UTC(2026, 0, 31) / 1000);
    assert.equal(ages.get("argoCdPassword")?.since, Date.UTC(2026, 0, 31, 12) / 1000);
    assert.deepEqual(ages.get("sonarrApiKey")?.since, { namespace: "media" });
    assert.deepEqual(ages.get("grafanaPassword")?.since, { namespace: "monitoring" });
  });

  it("of what only hosts know are left to them, until somebody notes a date", () => {
    assert.ok(!agesOf(ownCluster).has("serverToken"));
    const noted = agesOf({ ...ownCluster, secrets: { rotated: { serverToken: "2026-01-31" } } });
    assert.equal(noted.get("serverToken")?.days, 365);
  });

  it("are watched of nothing that the stack has no use for, or that is never replaced", () => {
    const ages = agesOf({
      ...existingCluster,
      secrets: { rotated: { serverToken: "2026-01-31" } },
    });
    for (const name of ["serverToken", "cloudflareApiToken", "appBackupPassword"]) {
      assert.ok(!ages.has(name), name);
    }
  });
});
