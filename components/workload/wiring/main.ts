import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolders, readPlexToken } from "./folders.ts";
import { keysOf, type WiringSpec } from "./spec.ts";
import { wire } from "./wire.ts";

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Wires the apps that `wiring.json` beside the scripts declares, with keys from the environment. */
async function main(folder: string): Promise<number> {
  const spec = JSON.parse(readFileSync(join(folder, "wiring.json"), "utf8")) as WiringSpec;
  const failures = await makeFolders(spec);
  for (const line of failures) print(`folders: FAILED: ${line}`);
  const results = await wire({
    spec,
    keys: keysOf([...Object.keys(spec.apps), "web"], process.env),
    plexToken: await readPlexToken(spec),
    patienceSeconds: Number(process.env["PATIENCE_SECONDS"] ?? "600"),
    print,
  });
  const failed = results.filter(({ failure }) => failure !== undefined);
  const people = results.filter(({ person }) => person.length > 0);
  const count = failed.length + (failures.length > 0 ? 1 : 0);
  print(`wiring: ${String(count)} failed, ${String(people.length)} wait for a person`);
  return count === 0 ? 0 : 1;
}

main(process.argv[2] ?? "/wiring").then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    print(`wiring: FAILED: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
