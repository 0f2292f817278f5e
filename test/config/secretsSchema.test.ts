import assert from "node:assert/strict";
import { parseConfig } from "../../config/parse";
import { secretsProblems } from "../../config/secretsSchema";
import { existingCluster } from "../support/program";

function datesOf(rotated: Readonly<Record<string, string>>): unknown {
  const { draft, problems } = parseConfig({ ...existingCluster, secrets: { rotated } });
  assert.deepEqual(problems, []);
  return draft?.secrets.rotated;
}

describe("since when a secret is in use", () => {
  it("is the same quoted or not: what the CLI makes of a date in YAML is read as it was written", () => {
    assert.deepEqual(
      datesOf({
        grafanaPassword: "2026-11-21",
        argoCdPassword: "2026-11-21 00:00:00 +0000 UTC",
        ingressPassword: "2026-11-21 23:16:52 +0000 UTC",
        radarrApiKey: "2026-11-21T23:16:52Z",
      }),
      {
        grafanaPassword: "2026-11-21",
        argoCdPassword: "2026-11-21",
        ingressPassword: "2026-11-21T23:16:52Z",
        radarrApiKey: "2026-11-21T23:16:52Z",
      },
    );
  });

  it("is a day of the calendar", () => {
    const secrets = { rotated: { grafanaPassword: "2026-02-30" } };
    const [problem] = parseConfig({ ...existingCluster, secrets }).problems;
    assert.match(problem?.message ?? "", /^2026-02-30 is no date: /);
  });

  it("may be today's where it is tomorrow already, and no later", () => {
    const now = new Date("2026-11-21T12:00:00Z");
    const problems = (date: string) =>
      secretsProblems({ requirePassphrase: false, rotated: { grafanaPassword: date } }, now);
    assert.deepEqual(problems("2026-11-22"), []);
    assert.match(problems("2026-11-23")[0]?.message ?? "", /^2026-11-23 is in the future/);
  });
});
