import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isInventoryName } from "../../../config/inventory";
import { nearest } from "../../../config/problems";
import { print } from "../../arguments";
import { childEnvironment } from "../../childEnvironment";
import { governanceFolder } from "../../governance";
import { readStackFile } from "../../stackFile";
import { linesOf, type SecretsEntry, trailEntries, trailFile, trailLines } from "../trail";
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
  return linesOf(git(["show", `${revision}:${path}`]));
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

/** The trail as people read it, or that it has nothing of a secret. */
function shown(entries: readonly SecretsEntry[], secret: string | undefined): string {
  const noted = new Set(entries.flatMap(({ secrets }) => secrets.map(({ name }) => name)));
  if (secret === undefined || noted.has(secret)) return renderTrail(entries, secret);
  const hint = isInventoryName(secret) ? "" : nearest(secret, [...noted]);
  return `nothing was noted of ${secret}${hint}\n`;
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
    const [revision, secret] = [textOf(call, "against"), textOf(call, "secret")];
    if (options["verify"] === true ? secret !== undefined : revision !== undefined) {
      throw new Error("trail takes --secret <name>, or --verify with or without --against");
    }
    const folder = governanceFolder(directory);
    const file = trailFile(stack, folder);
    // A trail outlives its stack; a name that is misspelled has neither.
    if (!existsSync(file)) readStackFile(stack, {}, directory);
    const lines = trailLines(file);
    if (options["verify"] !== true) {
      const entries = trailEntries(stack, folder);
      print(entries.length === 0 ? `nothing was noted yet in ${file}\n` : shown(entries, secret));
      return Promise.resolve(0);
    }
    const inGit = trailFile(stack, governanceFolder(""));
    const against =
      revision === undefined ? undefined : { revision, lines: linesAt(revision, inGit, directory) };
    return Promise.resolve(verify(stack, lines, against));
  },
};
