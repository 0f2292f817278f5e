import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alertGroups } from "../../../catalogue/alerts/all";
import { alertRules } from "../../../components/platform/alerting/alertRules";
import { alertTools, type AlertTool } from "../../../lab/alertTools";
import { finish, type Finished } from "../support/finish";

/** A stack that has everything there is an alert for. */
export const everythingWatched = {
  ...{ ownHosts: true, snapshotHours: 24, configBackupHours: 48, mediaNamespace: "media" },
  ...{ metallb: true, traefik: true, certManager: true, logging: true, argoCd: true, probes: true },
  secrets: [
    { name: "radarrApiKey", days: 365, since: 0 },
    { name: "grafanaPassword", days: 365, since: { namespace: "monitoring" } },
  ],
} as const;

/** All rules that Bramble can render, as a file of Prometheus. */
export function allRules() {
  return { groups: alertRules(alertGroups(everythingWatched)) };
}

/** Runs one of the tools in a folder that has these files. */
export async function runTool(
  tool: AlertTool,
  args: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<Finished> {
  const tools = alertTools();
  assert.ok(tools, "the tier builds its tools before its tests");
  const folder = mkdtempSync(join(tmpdir(), "bramble-alerts-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await finish(["env", "-C", folder, tools[tool], ...args]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
