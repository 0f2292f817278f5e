import assert from "node:assert/strict";
import { mediaSecrets } from "../../catalogue/apps/mediaSecrets";
import { inventory, inventoryNames, usedSecrets } from "../../config/inventory";
import { parseConfig } from "../../config/parse";
import { secretNames, secretRows } from "../../config/secrets";
import { configSchema } from "../../config/schema";
import { existingCluster, ownCluster, type Sections } from "../support/program";

function configOf(sections: Sections) {
  const { config } = parseConfig(sections);
  assert.ok(config);
  return config;
}

describe("the inventory of secrets", () => {
  it("knows every key of the media stack's Secret", () => {
    for (const { configKey } of Object.values(mediaSecrets)) assert.ok(configKey in secretRows);
  });

  it("lets nothing grow old unseen: what is replaced has a period, what is not has a reason", () => {
    for (const name of inventoryNames) {
      const { rotation, rotationDays } = inventory[name];
      if (rotation.by === "never") assert.equal(rotationDays, undefined, name);
      else assert.ok(rotationDays !== undefined && rotationDays > 0, name);
    }
  });

  it("names counters that the configuration has", () => {
    const config: unknown = configSchema.parse({});
    for (const name of inventoryNames) {
      const { rotation } = inventory[name];
      if (rotation.by !== "counter") continue;
      const value = rotation.path
        .split(".")
        .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], config);
      assert.equal(value, 1, rotation.path);
    }
  });

  it("requires nothing of a stack that has no use for it", () => {
    for (const sections of [ownCluster, existingCluster]) {
      const config = configOf(sections);
      const used = usedSecrets(config);
      for (const name of secretNames) {
        if (secretRows[name].required(config)) assert.ok(used.includes(name), name);
      }
    }
  });

  it("tells the consumers of a key from the links between the apps", () => {
    assert.deepEqual(inventory.radarrApiKey.consumers.slice(0, 3), [
      "Radarr",
      "Prowlarr",
      "Overseerr",
    ]);
  });
});
