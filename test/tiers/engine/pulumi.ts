import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { inside } from "../../../lab/hosts";
import { type InProcessConfig, projectDirectory } from "../../../operations/stackFile";
import { folderPlaces, type Place } from "../../support/searchPlaces";

/** The lab of this tier. */
export const lab = "bramble-engine-tier";

const stack = "engine";

/** What no program run by the engine reads. */
const leftOut = [".git", ".github", "node_modules", "test", "docs", "lab"];

/** What a command left. */
export interface Finished {
  readonly code: number;
  /** Both streams, as a terminal would show them without colours. */
  readonly said: string;
}

/** A copy of the project with a state and a passphrase of its own, all in one temporary folder. */
export interface Workspace {
  /** Every file the engine wrote: the state with its copies and history, and the stack's file. */
  readonly written: () => Place[];
  /** Each command so far with all it said. */
  readonly said: () => Place[];
  /** Arguments of every process of this machine that was seen while a command ran. */
  readonly processes: () => string;
  /** Puts values in place of the stack's; secrets stay as they are. */
  readonly configure: (values: Readonly<Record<string, unknown>>) => void;
  /** Runs pulumi to its end whatever its code, inside the lab's network unless `outside`. */
  readonly tryRun: (
    args: readonly string[],
    options?: {
      input?: string;
      outside?: true;
      variables?: Readonly<Record<string, string | undefined>>;
    },
  ) => Promise<Finished>;
  /** As `tryRun`, of what nobody is to see: it is not among what was said. */
  readonly secretly: (args: readonly string[]) => Promise<Finished>;
  /** Runs pulumi and returns what it said. */
  readonly run: (args: readonly string[]) => Promise<string>;
  readonly remove: () => void;
}

interface StackFile {
  readonly encryptionsalt?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function copyProject(folder: string): string {
  const project = join(folder, "project");
  mkdirSync(project);
  for (const name of readdirSync(projectDirectory).filter((entry) => !leftOut.includes(entry))) {
    cpSync(join(projectDirectory, name), join(project, name), { recursive: true });
  }
  symlinkSync(join(projectDirectory, "node_modules"), join(project, "node_modules"));
  return project;
}

/** Arguments of the processes that there are. */
function processList(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(join("/proc", pid, "cmdline"), "utf8").replaceAll("\0", "\n")];
      } catch {
        // It has ended.
        return [];
      }
    });
}

/** Makes a workspace whose stack has this configuration. */
export async function createWorkspace(settings: InProcessConfig): Promise<Workspace> {
  const folder = mkdtempSync(join(tmpdir(), "bramble-engine-"));
  const project = copyProject(folder);
  const state = join(folder, "state");
  mkdirSync(state);
  const passphrase = join(folder, "passphrase");
  writeFileSync(passphrase, randomBytes(24).toString("base64"), { mode: 0o600 });
  const stackFile = join(project, `Pulumi.${stack}.yaml`);
  const readStack = () =>
    existsSync(stackFile) ? (parse(readFileSync(stackFile, "utf8")) as StackFile) : {};

  const said: Place[] = [];
  const seen = new Set<string>();
  const workspace: Workspace = {
    written: () => [
      ...folderPlaces(state),
      { name: "the stack's file", text: readFileSync(stackFile, "utf8"), holds: "secure:" },
    ],
    said: () => said,
    processes: () => [...seen].join("\n"),
    configure(values) {
      const before = readStack();
      const content = { ...before, config: { ...before.config, ...values } };
      writeFileSync(stackFile, stringify(content), { mode: 0o600 });
    },
    tryRun(args, { input = "", outside, variables = {} } = {}) {
      const argv = ["pulumi", ...args, "--stack", stack, "--non-interactive", "--color", "never"];
      const [file = "", ...rest] = outside === true ? argv : inside(lab, argv);
      const child = spawn(file, rest, {
        cwd: project,
        env: {
          ...process.env,
          PULUMI_BACKEND_URL: `file://${state}`,
          PULUMI_CONFIG_PASSPHRASE: undefined,
          PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
          PULUMI_SKIP_UPDATE_CHECK: "1",
          ...variables,
        },
      });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (more: string) => (text += more));
      }
      const looking = setInterval(() => {
        for (const line of processList()) seen.add(line);
      }, 200);
      child.stdin.on("error", () => undefined).end(input);
      return new Promise((resolve, reject) => {
        child.once("error", reject).once("close", (code) => {
          clearInterval(looking);
          said.push({ name: `pulumi ${args.slice(0, 4).join(" ")}`, text, holds: "" });
          resolve({ code: code ?? 255, said: text });
        });
      });
    },
    async secretly(args) {
      const finished = await workspace.tryRun(args);
      said.pop();
      return finished;
    },
    async run(args) {
      const { code, said } = await workspace.tryRun(args);
      if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: code ${code}\n${said}`);
      return said;
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };

  const { config, secretKeys } = settings;
  const clear = Object.entries(config).filter(([key]) => !secretKeys.includes(key));
  const options = { outside: true } as const;
  const made = await workspace.tryRun(["stack", "init", "--no-select"], options);
  if (made.code !== 0) throw new Error(made.said);
  workspace.configure(Object.fromEntries(clear.map(([key, text]) => [key, parsed(text)])));
  for (const key of secretKeys) {
    const set = ["config", "set", "--secret", key];
    const { code, said } = await workspace.tryRun(set, { ...options, input: config[key] ?? "" });
    if (code !== 0) throw new Error(said);
  }
  return workspace;
}

/** One step of an operation, as the engine tells of it: `bramble-1-k3s` and `updated`. */
export interface Step {
  readonly name: string;
  readonly verb: string;
}

/** The steps in the order in which they began and ended. */
export function stepsOf(said: string): Step[] {
  const step = /^ *[-+~]+ +\S+ (\S+) ((?:creat|updat|delet|replac)(?:ing|ed))\b/;
  return said.split("\n").flatMap((line) => {
    const [, name, verb] = step.exec(line) ?? [];
    return name === undefined || verb === undefined ? [] : [{ name, verb }];
  });
}

/** When a step was told of for the first time; fails when it never was. */
export function positionOf(steps: readonly Step[], name: string, verb: string): number {
  const position = steps.findIndex((step) => step.name === name && step.verb === verb);
  if (position < 0) throw new Error(`${name} was not ${verb}`);
  return position;
}
