import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectDirectory } from "../operations/stackFile";
import { pulumiEnvironment } from "./engine/pulumi";
import { stackFolder } from "./folders";
import { inside, running, sshKeyPath } from "./hosts";
import { keptChoices } from "./request";
import { labStack } from "./settings";

/** Commands that talk to no host: they take neither `--identity` nor `--directory`. */
const withoutHosts = ["kubeconfig", "plan"];

/**
 * What drills are told in a lab unless the caller says otherwise: a disk is flashed at once and
 * nothing is downloaded, and kwok marks no pod as ready again once its node was NotReady, which it is
 * after 40 seconds.
 */
const drillOptions: Readonly<Record<string, readonly string[]>> = {
  rebuild: ["--within", "120"],
  failover: ["--watch", "15"],
};

const operations = join(projectDirectory, "operations");

function commands(): string[] {
  return readdirSync(operations)
    .filter((name) => existsSync(join(operations, name, "main.ts")))
    .filter((name) => !["bench", "docs"].includes(name))
    .sort();
}

/** What an operator command is given in a lab: its hosts, its stack, and what does the work there. */
function environmentOf(lab: string): NodeJS.ProcessEnv {
  const engine =
    keptChoices(lab).engine === "pulumi"
      ? pulumiEnvironment(lab)
      : { BRAMBLE_ENGINE: join(__dirname, "engine", "engine.sh") };
  const hands = join(__dirname, "hands.sh");
  return { ...process.env, ...engine, BRAMBLE_LAB: lab, BRAMBLE_HANDS: hands };
}

function argumentsOf(lab: string, command: string, words: readonly string[]): string[] {
  const own = words[0] === labStack ? words.slice(1) : words;
  const drill = command === "drill" ? (drillOptions[own[0] ?? ""] ?? []) : [];
  const flashed = own[0] === "rebuild" && !own.includes("--wipe") ? ["--reflash"] : [];
  const access = withoutHosts.includes(command)
    ? []
    : ["--identity", sshKeyPath(lab), "--directory", stackFolder(lab)];
  // Of an option given twice the last counts.
  return [labStack, ...drill, ...(command === "drill" ? flashed : []), ...own, ...access];
}

/**
 * Runs an operator command against the lab's hosts, inside its network, with the lab's own stack
 * file and SSH key.
 *
 * @param words the command's words; the stack's name may be left out.
 * @returns the command's exit code.
 * @throws Error with one line when there is no such command or the lab is not up.
 */
export function runOperation(lab: string, [command = "", ...words]: readonly string[]) {
  if (!commands().includes(command)) {
    throw new Error(`npm run lab -- run ${commands().join("|")} …`);
  }
  if (running(lab).length === 0) throw new Error(`${lab} is not up: npm run lab`);
  const program = join(operations, command, "main.ts");
  const run = [process.execPath, ...process.execArgv, program, ...argumentsOf(lab, command, words)];
  const [file = "", ...args] = inside(lab, run);
  const child = spawn(file, args, {
    cwd: projectDirectory,
    stdio: "inherit",
    env: environmentOf(lab),
  });
  // The terminal's signals reach the child as well: it decides when to end.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject).once("close", (code) => {
      resolve(code ?? 1);
    });
  });
}
