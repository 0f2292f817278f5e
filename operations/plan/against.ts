import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { childEnvironment } from "../childEnvironment";
import type { Plan } from "./plan";

const planned = z.object({
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  dependsOn: z.array(z.string()),
  deletedWith: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()),
  secretInputs: z.array(z.string()),
});

/** What `npm run plan -- <stack> --format json` prints. */
const planSchema = z.object({ stack: z.string(), resources: z.array(planned) });

/** Reads what `--format json` printed. */
function readPlan(text: string, what: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${what} is not a plan: write one with npm run plan -- <stack> --format json`);
  }
  const { success, data } = planSchema.safeParse(value);
  if (!success) {
    throw new Error(`${what} is not a plan: write one with npm run plan -- <stack> --format json`);
  }
  const resources = data.resources.map(({ parent, provider, deletedWith, ...rest }) => ({
    ...rest,
    ...{ parent, provider, deletedWith },
  }));
  return { stack: data.stack, resources };
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], cwd: string): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, [...args], {
    cwd,
    env: childEnvironment(),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw new Error(`${command}: ${error.message}`);
  return { code: status ?? 255, stdout, stderr };
}

function must(command: string, args: readonly string[], cwd: string): string {
  const { code, stdout, stderr } = run(command, args, cwd);
  if (code !== 0) {
    const last = stderr.trimEnd().split("\n").at(-1) ?? "";
    throw new Error(`${command} ${args.slice(0, 2).join(" ")}: ${last}`);
  }
  return stdout;
}

function sameText(left: string, right: string): boolean {
  return existsSync(left) && readFileSync(left, "utf8") === readFileSync(right, "utf8");
}

/** The dependencies of another revision: those here where the lock file is the same. */
function provideDependencies(copy: string, project: string): void {
  const lock = "package-lock.json";
  if (sameText(join(copy, lock), join(project, lock))) {
    symlinkSync(join(project, "node_modules"), join(copy, "node_modules"), "dir");
    return;
  }
  must("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], copy);
}

/** Plans a stack with the configuration and the code of a revision, in a copy that is removed again. */
function planAt(stack: string, revision: string, project: string): Plan {
  const folder = mkdtempSync(join(tmpdir(), "bramble-plan-"));
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", remove);
  try {
    const prefix = must("git", ["rev-parse", "--show-prefix"], project).trim();
    const archive = join(folder, "revision.tar");
    const root = join(folder, "revision");
    mkdirSync(root);
    const tree = prefix === "" ? revision : `${revision}:${prefix.replace(/\/$/, "")}`;
    must("git", ["archive", "--format=tar", "--output", archive, tree], project);
    must("tar", ["-xf", archive, "-C", root], project);
    if (!existsSync(join(root, `Pulumi.${stack}.yaml`))) return { stack, resources: [] };
    provideDependencies(root, project);
    const args = ["--import", "tsx", "operations/plan/main.ts", stack, "--format", "json"];
    const { code, stdout, stderr } = run(process.execPath, args, root);
    if (code !== 0) {
      throw new Error(`${revision} cannot be planned: ${stderr.trim().split("\n").at(-1) ?? ""}`);
    }
    return readPlan(stdout, revision);
  } finally {
    remove();
    process.removeListener("exit", remove);
  }
}

/**
 * The plan that a stack is compared with.
 *
 * @param against a file that `--format json` wrote, such a file in Git (`main:plans/home.json`), or a
 *   revision of Git, whose own configuration and code are planned.
 * @param project folder of the project.
 * @throws Error in one line when it is none of these.
 */
export function planAgainst(stack: string, against: string, project: string): Plan {
  const isFile = existsSync(against) && statSync(against).isFile();
  if (isFile) return readPlan(readFileSync(against, "utf8"), against);
  const verified = ["rev-parse", "--verify", "--quiet", "--end-of-options"];
  if (against.includes(":")) {
    return readPlan(must("git", ["show", "--end-of-options", against], project), against);
  }
  const { code, stdout } = run("git", [...verified, `${against}^{commit}`], project);
  if (code !== 0) throw new Error(`${against} is no plan file and no revision of this repository`);
  return planAt(stack, stdout.trim(), project);
}
