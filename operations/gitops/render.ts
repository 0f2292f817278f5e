import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { deliveryPath } from "../../config/deliverySchema";
import { stackRegistrations } from "../plan/plan";
import { projectName, readStackConfig } from "../stackFile";
import { gitFiles } from "./files";
import type { Git } from "./git";
import { type GitObject, gitObjects } from "./objects";

/** The rendered files of a stack. */
export interface Rendered {
  /** Their folder, relative to the repository. */
  readonly folder: string;
  /** Texts by path in the folder. */
  readonly files: ReadonlyMap<string, string>;
  /** What stands in them. */
  readonly objects: readonly GitObject[];
}

/** Renders as if Pulumi delivered: those are the objects that Argo CD is to bring. */
function deliveredByPulumi(config: Record<string, string>): Record<string, string> {
  const { [`${projectName}:delivery`]: _delivery, ...rest } = config;
  return rest;
}

/**
 * Renders the files that Argo CD takes a stack from: no CLI, no cluster, no secret.
 *
 * @param directory folder of the stack's file.
 */
export async function renderStack(stack: string, directory: string): Promise<Rendered> {
  const config = readStackConfig(stack, directory);
  const registrations = await stackRegistrations(stack, directory, undefined, deliveredByPulumi);
  const objects = gitObjects(registrations, config.media.namespace);
  if (objects.length === 0) {
    throw new Error(`Pulumi.${stack}.yaml asks for no workloads: there is nothing to deliver`);
  }
  return { folder: deliveryPath(config), files: gitFiles(stack, objects), objects };
}

/** Where the files of a stack lie on this machine: in the repository, or where there is none yet. */
export function stackFolder(git: Git, directory: string, folder: string): string {
  return join(git(["rev-parse", "--show-toplevel"]) ?? directory, folder);
}

/** The files that are there, as {@link Rendered.files}. */
export function readFiles(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path, "utf8")]));
}

/** How a file would change. */
export interface FileChange {
  readonly path: string;
  readonly change: "new" | "changed" | "gone";
}

/** What writing would change. */
export function changes(
  wanted: ReadonlyMap<string, string>,
  present: ReadonlyMap<string, string>,
): FileChange[] {
  const written = [...wanted].flatMap(([path, text]): FileChange[] => {
    const old = present.get(path);
    return old === text ? [] : [{ path, change: old === undefined ? "new" : "changed" }];
  });
  const gone = [...present.keys()]
    .filter((path) => !wanted.has(path))
    .map((path): FileChange => ({ path, change: "gone" }));
  return [...written, ...gone];
}

/** Makes a folder hold just these files. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): FileChange[] {
  const all = changes(files, readFiles(folder));
  for (const { path, change } of all) {
    const file = join(folder, path);
    if (change === "gone") {
      rmSync(file);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, files.get(path) ?? "");
  }
  return all;
}
