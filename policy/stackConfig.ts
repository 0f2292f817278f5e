import { parseConfig } from "../config/parse";
import { type Config, configSchema } from "../config/schema";
import { secretNames } from "../config/secrets";
import { readValue } from "../config/values";

/**
 * The configuration of the stack that a run is for, as the engine tells it to a policy pack. A wrong
 * one is refused by the program; then the defaults decide here.
 *
 * @param values by full key (`bramble:policy`).
 */
export function stackConfig(values: Readonly<Record<string, string>>): Config {
  const secrets = new Set<string>(secretNames);
  const plain = Object.entries(values)
    .map(([key, text]) => [key.split(":"), text] as const)
    .filter(([[project, key = ""]]) => project === "bramble" && !secrets.has(key))
    .map(([[, key = ""], text]) => [key, readValue(text)]);
  return (
    parseConfig(Object.fromEntries(plain) as Record<string, unknown>).draft ??
    configSchema.parse({})
  );
}
