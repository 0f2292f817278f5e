import { runCommand } from "../../operations/arguments";
import { tiers } from "./tiers";

// What most tiers need, built once ahead of them: `.ci/run` does it while the unit tests run. Tools
// that a single tier needs it builds itself, beside the others.
runCommand(async () => {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const trouble = tiers["cluster"]?.trouble();
  if (trouble !== undefined) say(`nothing to prepare: ${trouble}`);
  else say(`ready: ${(await tiers["cluster"]?.prepare(say)) ?? ""}`);
  return 0;
});
