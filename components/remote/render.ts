import { scriptDirectory, type ScriptName } from "./scripts";

const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Quotes one word for a POSIX shell. */
export function shellQuote(word: string): string {
  return plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** One run of an installed script. */
export interface ScriptCall {
  readonly script: ScriptName;
  /** Arguments. Never a secret: they show in the host's process list. */
  readonly args: readonly string[];
  /** Seconds after which the run is ended; the provider cannot cancel it. */
  readonly timeoutSeconds: number;
  /** User that logs in; anyone but root goes through `sudo -n`. */
  readonly user: string;
}

function asRoot(user: string): string {
  return user === "root" ? "" : "sudo -n ";
}

function commandLine({ script, args, timeoutSeconds, user }: ScriptCall): string {
  const words = [
    "timeout",
    "--kill-after=10",
    String(timeoutSeconds),
    `${scriptDirectory}/${script}`,
    ...args,
  ].map(shellQuote);
  return `${asRoot(user)}${words.join(" ")}`;
}

/**
 * The command line of a script. A comment behind it carries the reasons to run again, such as the
 * revision of the script's text: when one changes the command differs, so the engine runs it.
 */
export function renderCall(call: ScriptCall, reasons: readonly string[]): string {
  return [commandLine(call), ...(reasons.length > 0 ? ["#", ...reasons] : [])].join(" ");
}

/** As `renderCall`, but succeeds where the script is not installed: a wiped host has nothing left. */
export function renderCallIfInstalled(call: ScriptCall): string {
  return `if test -x ${scriptDirectory}/${call.script}; then ${commandLine(call)}; fi`;
}

/**
 * Where a user may run nothing but Bramble's scripts as root, `sudoers.sh` puts this file, and
 * `bundle.sh` takes the scripts that others hand to a shell.
 */
const limited = `${scriptDirectory}/limited`;

/** Runs one command where sudo is limited to Bramble's scripts, and another where it is not. */
function whereLimited(there: readonly string[], elsewhere: string): string {
  const words = ["sudo", "-n", `${scriptDirectory}/bundle.sh`, ...there].map(shellQuote);
  return `if test -e ${limited}; then\n  ${words.join(" ")}\nelse\n${elsewhere}\nfi`;
}

/** Splits a script bundle on standard input into files in the current folder. */
const splitBundle = `awk '/^#### bramble script /{file=$4; next} {print > file}'`;

/** The part of a bundle that a script run by `renderTransient` reads as its standard input. */
export const transientInput = "input";

/**
 * The command that unpacks the script bundle it reads from standard input into a folder of its own
 * in memory, runs one of the scripts there and removes the folder: nothing stays on the host.
 */
export function renderTransient(
  user: string,
  script: string,
  args: readonly string[],
  timeoutSeconds = 600,
): string {
  const words = ["timeout", "--kill-after=10", String(timeoutSeconds), `./${script}`, ...args];
  const run = [
    "set -eu",
    "umask 077",
    'directory=$(mktemp -d -p "${TMPDIR:-/run}")',
    `trap 'rm -rf "$directory"' EXIT`,
    'cd "$directory"',
    splitBundle,
    "chmod 700 ./*.sh",
    `if test -e ${transientInput}; then exec <${transientInput}; fi`,
    words.map(shellQuote).join(" "),
  ].join("\n");
  const shell = `${asRoot(user)}sh -c ${shellQuote(run)}`;
  return user === "root"
    ? shell
    : whereLimited(["run", String(timeoutSeconds), script, ...args], shell);
}

/**
 * The command that installs the script bundle it reads from standard input. Files are written
 * beside the old ones and moved, so that a power cut leaves whole scripts.
 */
export function renderInstall(user: string, host: string): string {
  const install = [
    "set -eu",
    "umask 022",
    `mkdir -p ${scriptDirectory}`,
    // A second operator waits here, and does not write into the same new folder.
    `exec 9<${scriptDirectory}`,
    "flock 9",
    `rm -rf ${scriptDirectory}.new`,
    `mkdir ${scriptDirectory}.new`,
    `cd ${scriptDirectory}.new`,
    splitBundle,
    "chmod 755 ./*.sh",
    "sync",
    `mv -f ./*.sh ${scriptDirectory}/`,
    `rmdir ${scriptDirectory}.new`,
  ].join("\n");
  if (user === "root") return `sh -c ${shellQuote(install)}`;
  const refused = `bramble: ${host}: ${user} may not run sudo without a password. On the host run: echo '${user} ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/${user}`;
  const unlimited = [
    "if ! sudo -n true </dev/null 2>/dev/null; then",
    `  echo ${shellQuote(refused)} >&2`,
    "  exit 1",
    "fi",
    `sudo -n sh -c ${shellQuote(install)}`,
  ].join("\n");
  return whereLimited(["install"], unlimited);
}
