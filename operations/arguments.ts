import { parseArgs } from "node:util";

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

/**
 * Reads a command's words and options.
 *
 * @throws Error with one line on an unknown option.
 */
export function readArguments(argv: readonly string[], options: OptionTypes): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { ...options },
    allowPositionals: true,
  });
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
