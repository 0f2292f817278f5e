import assert from "node:assert/strict";
import {
  type AlertingSettings,
  alertmanagerConfig,
  alertmanagerFiles,
  secretKeys,
} from "../../../components/platform/alerting/alertmanagerConfig";
import { receiverSecrets, secretPath } from "../../../components/platform/alerting/receiverConfigs";
import { receiverSecretKeys, receiverTypes } from "../../../config/receivers";
import { matchesGolden } from "../../support/golden";

const settings: AlertingSettings = {
  heartbeat: true,
  receivers: [
    { name: "phone", type: "ntfy", severities: ["critical", "info"], auth: true },
    { name: "hook", type: "webhook", severities: ["critical", "warning"], auth: true },
    {
      ...{ name: "mail", type: "email", severities: ["warning"], username: "pi" },
      ...{ to: "me@example.org", from: "pi@example.org", smarthost: "smtp.example.org:587" },
    },
    { name: "team", type: "slack", severities: ["warning"], channel: "#home" },
    { name: "guild", type: "discord", severities: ["warning"] },
    { name: "chat", type: "telegram", severities: ["critical"], chatId: -100123 },
  ],
};

describe("alertmanagerConfig", () => {
  const text = alertmanagerFiles(settings)["alertmanager.yaml"] ?? "";

  it("is the reviewed one for a receiver of each kind", () => {
    assert.deepEqual(
      settings.receivers.map(({ type }) => type).sort(),
      [...receiverTypes].sort(),
      "a kind is not tried here",
    );
    matchesGolden("platform/alertmanager.yaml", text);
  });

  it("names a file for every secret, and no other file", () => {
    const named = [...text.matchAll(/\/etc\/alertmanager\/secrets\/\S+/g)].map(([path]) => path);
    const known = secretKeys(settings).map(({ key }) => secretPath(key));
    assert.deepEqual([...new Set(named)].sort(), [...known].sort());
  });

  it("wants the same secrets of a receiver as people are asked for", () => {
    for (const row of settings.receivers) {
      assert.deepEqual(receiverSecrets(row), receiverSecretKeys(row), row.name);
    }
  });

  it("routes a severity that nobody takes to nobody, in so many words", () => {
    const { route } = alertmanagerConfig({ heartbeat: false, receivers: [] });
    assert.equal(route.receiver, "nobody");
    assert.deepEqual(
      route.routes.map(({ receiver }) => receiver),
      ["nobody", "nobody"],
    );
  });
});
