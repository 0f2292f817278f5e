import { runCommand } from "../../operations/arguments";
import { createProgress } from "../progress";
import { keptChoices } from "../request";
import { readLabStack } from "../stack";
import { convergeInProcess, destroyInProcess, labKubeconfig } from "./converge";

// What `lab/engine/engine.sh` runs: the part of the CLI's command line that operator commands use, for
// a lab without the CLI. Which lab is told by BRAMBLE_LAB. Of the options just --target-replace counts.

const usage = "the lab's engine takes up, destroy and stack output kubeconfig";

runCommand(async (argv) => {
  const lab = process.env["BRAMBLE_LAB"] ?? "";
  const words = argv.filter((word) => !word.startsWith("--"));
  const progress = createProgress(Date.now(), process.stdout);
  try {
    if (words[0] === "up") {
      const { changed } = await convergeInProcess(
        lab,
        keptChoices(lab),
        readLabStack(lab),
        progress,
        true,
        new Set(argv.filter((_, index) => argv[index - 1] === "--target-replace")),
      );
      progress.say(changed.length === 0 ? "nothing changed" : changed.join("; "));
    } else if (words[0] === "destroy") {
      await destroyInProcess(lab, progress);
    } else if (words.slice(0, 3).join(" ") === "stack output kubeconfig") {
      process.stdout.write(labKubeconfig(lab));
    } else {
      throw new Error(usage);
    }
    return 0;
  } finally {
    progress.close();
  }
});
