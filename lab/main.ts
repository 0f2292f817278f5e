import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments, runCommand } from "../operations/arguments";
import { projectDirectory } from "../operations/stackFile";
import { type Choices, choose, readWishes, type Wishes } from "./choices";
import { runOperation } from "./command";
import { labFolder } from "./folders";
import { down, inside, leftovers, requirements, rootFileSystem, running, up } from "./hosts";
import { downloadRelease } from "./outside";
import { installMissingPackages } from "./packages";
import { createProgress, type Progress } from "./progress";
import { keepChoices, type LabRequest, type StatusRequest } from "./request";
import { labHostSpecs } from "./settings";
import { buildStandin, standinRequirements } from "./standin";
import { renderTable } from "./tables";
import { uplink } from "./uplink";

const usage = [
  "usage: npm run lab -- [up|down|status] [--engine auto|pulumi|in-process] [--k3s auto|release|stand-in] [--charts URL] [--lab NAME]",
  "       npm run lab -- [--lab NAME] run <operator command> …",
].join("\n");

const instead =
  "what the stack would create shows without hosts: npm run plan -- local; a cluster you have (k3d, kind, Docker Desktop) is deployed to with cluster.source: existing";

/** Takes the lab for this process; two at work on one lab would undo each other. */
function occupy(lab: string): void {
  const folder = labFolder(lab);
  const file = join(folder, "owner.pid");
  if (existsSync(file)) {
    const pid = readFileSync(file, "utf8");
    const line = `/proc/${pid}/cmdline`;
    if (
      pid !== String(process.pid) &&
      existsSync(line) &&
      readFileSync(line, "utf8").includes("lab/main")
    ) {
      throw new Error(`process ${pid} is at work on ${lab}: wait for it or end it`);
    }
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, String(process.pid));
}

async function timed<T>(
  progress: Progress,
  phases: [string, number][],
  name: string,
  work: (note: (text: string) => void) => Promise<T>,
): Promise<T> {
  const began = Date.now();
  const step = progress.begin(name);
  const result = await work((text) => {
    step.note(text);
  });
  const seconds = (Date.now() - began) / 1000;
  phases.push([name, seconds]);
  step.end(`${name}: ${seconds.toFixed(1)} s`);
  return result;
}

function k3sFor(choices: Choices, log: (line: string) => void) {
  return choices.k3s === "release" ? downloadRelease(log) : buildStandin(log);
}

/** Runs `lab/run.ts` inside the lab's network and returns its code. */
function runInside(request: LabRequest | StatusRequest): Promise<number> {
  const command = [process.execPath, ...process.execArgv, join(__dirname, "run.ts")];
  const [file = "", ...args] = inside(request.lab, command);
  const child = spawn(file, args, { cwd: projectDirectory, stdio: ["pipe", "inherit", "inherit"] });
  child.stdin.on("error", () => undefined).write(`${JSON.stringify(request)}\n`);
  // The terminal's signals reach the child as well: it decides when to end.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => {
      resolve(code ?? 1);
    });
  });
}

async function bringUp(lab: string, wishes: Wishes): Promise<number> {
  const started = Date.now();
  const choices = await choose(wishes);
  const trouble = choices.k3s === "stand-in" ? standinRequirements() : undefined;
  if (trouble !== undefined) throw new Error(`${trouble}; ${instead}`);
  occupy(lab);
  process.stdout.write(renderTable(`Lab ${lab}: stack local`, ["part", "what"], choices.parts));
  process.stdout.write("\n");

  const progress = createProgress(started, process.stdout);
  const phases: [string, number][] = [];
  const [, k3s] = await Promise.all([
    timed(progress, phases, "root file system", rootFileSystem),
    timed(progress, phases, `k3s ${choices.k3s}`, (note) => k3sFor(choices, note)),
  ]);
  const specs = labHostSpecs();
  const before = running(lab);
  const hosts = await timed(progress, phases, "hosts up", () => up(lab, specs));
  if (choices.uplink) await timed(progress, phases, "uplink", () => uplink(lab));
  const booted = specs.map(({ name }) => name).filter((name) => !before.includes(name));
  progress.close();
  keepChoices(lab, choices);
  return runInside({
    ...{ verb: "up", lab, started, phases, choices, hosts, k3s },
    done: booted.length > 0 ? [`booted ${booted.join(", ")}`] : [],
  });
}

async function takeDown(lab: string): Promise<number> {
  const progress = createProgress(Date.now(), process.stdout);
  if (existsSync(labFolder(lab))) occupy(lab);
  const step = progress.begin(`taking ${lab} down`);
  await down(lab);
  const left = leftovers(lab);
  step.end(left.length === 0 ? `${lab} is down: nothing is left` : `left: ${left.join(", ")}`);
  progress.close();
  return left.length === 0 ? 0 : 1;
}

async function showStatus(lab: string): Promise<number> {
  if (running(lab).length === 0) throw new Error(`${lab} is not up: npm run lab`);
  return runInside({ verb: "status", lab });
}

/** The lab's own words, and those after `run`, which are another command's. */
function divide(argv: readonly string[]): [own: readonly string[], command?: readonly string[]] {
  const at = argv.indexOf("run");
  return at === -1 ? [argv] : [argv.slice(0, at), argv.slice(at + 1)];
}

runCommand(async (argv) => {
  const [own, command] = divide(argv);
  const { words, options } = readArguments(own, {
    engine: { type: "string" },
    k3s: { type: "string" },
    charts: { type: "string" },
    lab: { type: "string" },
  });
  const [verb = command === undefined ? "up" : "run", ...rest] = words;
  const wishes = readWishes(options);
  const lab = String(options["lab"] ?? "bramble-lab");
  if (verb === "up") installMissingPackages((line) => process.stdout.write(`${line}\n`));
  const trouble = requirements();
  if (trouble !== undefined) throw new Error(`${trouble}; ${instead}`);
  if (rest.length === 0 && verb === "up") return bringUp(lab, wishes);
  if (verb === "run" && command !== undefined) return runOperation(lab, command);
  if (rest.length === 0 && verb === "down") return takeDown(lab);
  if (rest.length === 0 && verb === "status") return showStatus(lab);
  throw new Error(usage);
});
