import { runCommand } from "../../operations/arguments";
import { tiers } from "./tiers";

// What the tiers build once, ahead of them: `.ci/run` does it while the unit tests run.
const needed = ["cluster", "import"] as const;

runCommand(async () => {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  for (const name of needed) {
    const trouble = tiers[name]?.trouble();
    if (trouble !== undefined) say(`nothing to prepare for ${name}: ${trouble}`);
    else say(`ready for ${name}: ${(await tiers[name]?.prepare(say)) ?? ""}`);
  }
  return 0;
});
