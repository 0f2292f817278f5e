import { runCommand } from "../../operations/arguments";
import { tiers } from "./tiers";

// What the tiers build once, ahead of them: `.ci/run` does it while the unit tests run.
runCommand(async () => {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const trouble = tiers["cluster"]?.trouble();
  if (trouble !== undefined) say(`nothing to prepare: ${trouble}`);
  else say(`ready: ${(await tiers["cluster"]?.prepare(say)) ?? ""}`);
  return 0;
});
