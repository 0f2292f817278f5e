import type { SecretAge } from "../catalogue/alerts/secrets";
import { inventory, rotatedSince, usedSecrets } from "../config/inventory";
import type { Config } from "../config/schema";

/**
 * Since when each secret of a stack is in use, as far as the configuration tells: by the date that
 * was noted, or else by the namespace of its consumer. Hosts know the age of theirs themselves:
 * `npm run secrets -- <stack> due` asks them.
 */
export function secretAges(config: Config): SecretAge[] {
  return usedSecrets(config).flatMap((name): SecretAge[] => {
    const { rotationDays, namespace } = inventory[name];
    if (rotationDays === undefined) return [];
    const date = rotatedSince(config, name);
    if (date !== undefined) {
      return [{ name, days: rotationDays, since: Math.floor(Date.parse(date) / 1000) }];
    }
    return namespace === undefined
      ? []
      : [{ name, days: rotationDays, since: { namespace: namespace(config) } }];
  });
}
