import assert from "node:assert/strict";
import { alertGroups } from "../../../catalogue/alerts/all";
import {
  type AlertingSettings,
  alertmanagerConfig,
  alertmanagerFiles,
} from "../../../components/platform/alerting/alertmanagerConfig";
import { everythingWatched, runTool } from "./tools";

/** One receiver of each kind, each severity served by some. */
const everyKind: AlertingSettings = {
  heartbeat: true,
  receivers: [
    { name: "phone", type: "ntfy", severities: ["critical"], auth: true },
    { name: "hook", type: "webhook", severities: ["critical", "warning", "info"], auth: true },
    {
      ...{ name: "mail", type: "email", severities: ["warning"], username: "pi" },
      ...{ to: "me@example.org", from: "pi@example.org", smarthost: "smtp.example.org:587" },
    },
    { name: "team", type: "slack", severities: ["critical", "warning"], channel: "#home" },
    { name: "guild", type: "discord", severities: ["warning"] },
    { name: "chat", type: "telegram", severities: ["critical"], chatId: -100123 },
  ],
};

const quiet: AlertingSettings = { heartbeat: false, receivers: [] };

/** The files with templates beside the configuration, not where the operator mounts them. */
function filesOf(settings: AlertingSettings): Record<string, string> {
  const files = alertmanagerFiles(settings);
  const config = files["alertmanager.yaml"] ?? "";
  return { ...files, "alertmanager.yaml": config.replaceAll("/etc/alertmanager/config/", "./") };
}

async function receiversOf(
  settings: AlertingSettings,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const told = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const test = ["config", "routes", "test", "--config.file=alertmanager.yaml", ...told];
  const { code, stdout, stderr } = await runTool("amtool", test, filesOf(settings));
  assert.equal(code, 0, stdout + stderr);
  return stdout.trim();
}

describe("Alertmanager's configuration", () => {
  for (const [what, settings] of [
    ["every kind of receiver", everyKind],
    ["none", quiet],
  ] as const) {
    it(`is taken with ${what}, its templates too`, async () => {
      const check = ["check-config", "alertmanager.yaml"];
      const { code, stdout, stderr } = await runTool("amtool", check, filesOf(settings));
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /1 templates/);
    });
  }

  for (const severity of ["critical", "warning", "info"] as const) {
    it(`sends each alert of severity ${severity} to those who take it`, async () => {
      const alerts = alertGroups(everythingWatched)
        .flatMap((group) => group.alerts)
        .filter((row) => row.severity === severity)
        .map(({ name }) => name);
      for (const alertname of [...alerts, "AnyOfTheChart"]) {
        assert.equal(await receiversOf(everyKind, { severity, alertname }), severity, alertname);
      }
    });
  }

  it("sends what always fires to the heartbeat, and to nobody else", async () => {
    const watchdog = { alertname: "Watchdog", severity: "none" };
    assert.equal(await receiversOf(everyKind, watchdog), "heartbeat");
    assert.equal(await receiversOf(quiet, watchdog), "nobody");
  });

  it("tells nobody of what is no alert", async () => {
    const inhibitor = { alertname: "InfoInhibitor", severity: "none" };
    assert.equal(await receiversOf(everyKind, inhibitor), "nobody");
    assert.equal(await receiversOf(quiet, { alertname: "A", severity: "critical" }), "nobody");
  });

  it("has every kind of receiver in the severities that it takes", () => {
    const { receivers } = alertmanagerConfig(everyKind);
    const critical = receivers.find(({ name }) => name === "critical");
    assert.deepEqual(Object.keys(critical ?? {}), [
      ...["name", "webhook_configs", "slack_configs", "telegram_configs"],
    ]);
  });
});
