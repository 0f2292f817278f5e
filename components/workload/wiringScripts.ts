import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(__dirname, "wiring");

/**
 * The wiring's scripts by file name, as the cluster runs them, and the file that tells Node that
 * they are modules.
 */
export function wiringScripts(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  return {
    "package.json": '{ "type": "module" }\n',
    ...Object.fromEntries(
      names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    ),
  };
}
