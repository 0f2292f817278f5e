import { parseArgs } from "node:util";
import { nearest } from "../config/problems";

/** The words of a command: `npm run <command> -- <stack> <verb> … [--option value]`. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** Values of the options that may be given several times, in their order. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** Options a command takes: those with a value, and those that stand alone. */
export type OptionTypes = Readonly<
  Record<string, { readonly type: "string" | "boolean"; readonly multiple?: boolean }>
>;

/** Options that npm has as well, and may be set for good. Without them a command asks, or does less. */
const ofNpm: readonly string[] = ["all", "force", "yes"];

/**
 * Options that npm took, because no `--` stood before them. It hands them on as variables only, and a
 * dry run would be none.
 */
function takenByNpm(options: OptionTypes, environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(options).filter((name) => {
    const variable = `npm_config_${name.replaceAll("-", "_")}`;
    return !ofNpm.includes(name) && (environment[variable] ?? "") !== "";
  });
}

function parsed(argv: readonly string[], options: OptionTypes) {
  try {
    return parseArgs({ args: [...argv], options: { ...options }, allowPositionals: true });
  } catch (error) {
    // Node goes on about words that begin with a dash.
    const [first = ""] = (error instanceof Error ? error.message : "").split(/\. |\n/);
    const known = Object.keys(options).map((name) => `--${name}`);
    const typed = /'(--[a-z-]+)/.exec(first)?.[1];
    const hint = first.startsWith("Unknown") && typed !== undefined ? nearest(typed, known) : "";
    throw new Error(`${first}${hint}`, { cause: error });
  }
}

/**
 * Reads a command's words and options.
 *
 * @param environment where npm leaves what it took.
 * @throws Error with one line on an unknown option, or on one that npm took for its own.
 */
export function readArguments(
  argv: readonly string[],
  options: OptionTypes,
  environment: NodeJS.ProcessEnv = process.env,
): CommandLine {
  const [taken] = takenByNpm(options, environment);
  if (taken !== undefined) {
    const command = environment["npm_lifecycle_event"] ?? "<command>";
    throw new Error(
      `npm took --${taken} for its own; nothing was done. Write -- before the first word: npm run ${command} -- … --${taken}`,
    );
  }
  const { values, positionals } = parsed(argv, options);
  const single: Record<string, string | boolean | undefined> = {};
  const lists: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) lists[name] = value.map(String);
    else single[name] = value;
  }
  return { words: positionals, options: single, lists };
}

/** Tells a person something, as it is. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** Runs a command and ends with its code; a mistake is told in its own words, without a stack trace. */
export function runCommand(command: (argv: readonly string[]) => Promise<number>): void {
  // Who reads through a pipe may have seen enough: `npm run plan -- local | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
  const asked = Promise.resolve(process.argv.slice(2));
  asked.then(command).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
