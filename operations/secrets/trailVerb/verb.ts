import { execFileSync } from "node:child_process";
import { print } from "../../arguments";
import { childEnvironment } from "../../childEnvironment";
import { governanceFolder } from "../../governance";
import { trailFile, trailLines } from "../trail";
import { textOf, type Verb } from "../verb";
import { lostLines, renderTrail, trailMistakes } from "./show";

/** The file as a Git revision has it; no lines where it does not. */
function linesAt(revision: string, file: string, directory: string): string[] {
  const git = (args: readonly string[]): string =>
    execFileSync("git", [...args], {
      cwd: directory,
      encoding: "utf8",
      env: childEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
  try {
    git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`]);
  } catch {
    throw new Error(`--against ${revision}: Git knows no such revision here`);
  }
  const path = `./${file}`;
  // A revision of before the first line has no such file.
  if (git(["ls-tree", "--name-only", revision, "--", path]).trim() === "") return [];
  return git(["show", `${revision}:${path}`])
    .split("\n")
    .filter((line) => line !== "");
}

function verify(
  stack: string,
  lines: readonly string[],
  against: { readonly revision: string; readonly lines: readonly string[] } | undefined,
): number {
  const mistakes = [
    ...trailMistakes(lines, stack),
    ...lostLines(against?.lines ?? [], lines).map(
      (digest) => `${against?.revision ?? ""} has a line that is not there: ${digest}`,
    ),
  ];
  print(mistakes.map((line) => `${line}\n`).join(""));
  if (mistakes.length > 0) return 2;
  print(`${String(lines.length)} lines, none missing or altered\n`);
  return 0;
}

/** `trail`: who did what with which secret, when and why. */
export const trailVerb: Verb = {
  usage: ["trail [--secret <name>]", "trail --verify [--against <Git revision>]"],
  options: {
    ...{ secret: { type: "string" }, verify: { type: "boolean" }, against: { type: "string" } },
  },
  run: (call) => {
    const { stack, directory, options, words } = call;
    if (words.length > 0) throw new Error("trail takes options alone: --secret <name>");
    const file = trailFile(stack, governanceFolder(directory));
    const lines = trailLines(file);
    if (options["verify"] !== true) {
      print(
        lines.length === 0
          ? `nothing was noted yet in ${file}\n`
          : renderTrail(lines, stack, textOf(call, "secret")),
      );
      return Promise.resolve(0);
    }
    const revision = textOf(call, "against");
    const inGit = trailFile(stack, governanceFolder(""));
    const against =
      revision === undefined ? undefined : { revision, lines: linesAt(revision, inGit, directory) };
    return Promise.resolve(verify(stack, lines, against));
  },
};
