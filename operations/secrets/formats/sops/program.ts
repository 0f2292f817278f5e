import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { childEnvironment } from "../../../childEnvironment";
import { FileTrouble, largestFile } from "../source";
import type { FormatKeys } from "../types";

/** How SOPS calls a format. */
export type SopsStore = "yaml" | "json" | "dotenv" | "ini";

/** What the program said, without what it might quote of a file. */
function reason(stderr: string): string {
  const known: readonly (readonly [RegExp, string])[] = [
    [/MAC mismatch/i, "the file is not what its digest was made of"],
    [/no identity matched|failed to load age identities/i, "no age identity fits"],
    [/could not retrieve data key|0 successful groups|failed to get the data key/i, "no key fits"],
    [/unknown (flag|shorthand)|flag provided but not defined/i, "it is too old: 3.7 or newer"],
  ];
  return known.find(([pattern]) => pattern.test(stderr))?.[1] ?? "see what it says by itself";
}

/** The program's environment: it knows no option for files of identities. */
function environmentOf({ environment = process.env, identityFiles = [] }: FormatKeys) {
  const files = identityFiles.map((file) => resolve(file));
  const [only] = files;
  if (only === undefined) return environment;
  if (files.length === 1 && environment["SOPS_AGE_KEY_FILE"] === undefined) {
    return { ...environment, SOPS_AGE_KEY_FILE: only };
  }
  const quoted = files.map((file) => `'${file.replaceAll("'", `'"'"'`)}'`);
  return { ...environment, SOPS_AGE_KEY_CMD: `cat ${quoted.join(" ")}` };
}

/**
 * Lets the `sops` on PATH open a file. What it prints stays in memory.
 *
 * @returns undefined where there is no such program.
 * @throws FileTrouble when it cannot open the file.
 */
export function runSops(
  file: string,
  store: SopsStore,
  keys: FormatKeys,
): Promise<string | undefined> {
  const types = ["--input-type", store, "--output-type", store];
  const environment = environmentOf(keys);
  return new Promise((done, reject) => {
    const child = spawn("sops", ["--decrypt", ...types, resolve(file)], {
      stdio: ["ignore", "pipe", "pipe"],
      // Of all that opens something, sops needs its own keys alone.
      env: childEnvironment({ SOPS_AGE_KEY: environment["SOPS_AGE_KEY"] }, environment),
    });
    const output: Buffer[] = [];
    let [size, stderr] = [0, ""];
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestFile) child.kill();
      else output.push(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (stderr.length < 65_536) stderr += text;
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") done(undefined);
      else reject(new FileTrouble(file, `SOPS: the program cannot be run (${error.code ?? ""})`));
    });
    child.once("close", (code) => {
      if (code === 0) done(Buffer.concat(output).toString());
      else reject(new FileTrouble(file, `SOPS: \`sops\` cannot open it: ${reason(stderr)}`));
    });
  });
}
