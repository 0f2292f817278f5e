import { spawnSync } from "node:child_process";
import { childEnvironment } from "../childEnvironment";

/** What Git printed, without the last line's end; undefined when it failed. */
export type Git = (args: readonly string[]) => string | undefined;

/** Git in a folder. It never asks for a password. */
export function gitIn(directory: string): Git {
  return (args) => {
    const { status, stdout } = spawnSync("git", ["-C", directory, ...args], {
      encoding: "utf8",
      env: childEnvironment({ GIT_TERMINAL_PROMPT: "0" }),
      maxBuffer: 2 ** 26,
      timeout: 60_000,
    });
    return status === 0 ? stdout.trimEnd() : undefined;
  };
}

/** Where the rendered files of a stack have to be. */
export interface Published {
  readonly repository: string;
  readonly revision: string;
  /** Folder, relative to the repository. */
  readonly folder: string;
}

/**
 * Why Argo CD would not find the files as they lie here, in one line with the mend; undefined when it
 * would: they are committed, and the branch it follows has the same.
 */
export function unpublished(git: Git, { repository, revision, folder }: Published) {
  const root = git(["rev-parse", "--show-toplevel"]);
  if (root === undefined) {
    return "this is no Git repository: Argo CD can deliver only what is pushed to one";
  }
  if (git(["-C", root, "status", "--porcelain", "--", folder]) !== "") {
    return `${folder} has changes that are not committed: commit and push them`;
  }
  const tree = git(["rev-parse", "--verify", "--quiet", `HEAD:${folder}`]);
  if (tree === undefined) return `${folder} is not in Git: commit and push it`;
  const names = git(["ls-remote", repository, revision, `refs/heads/${revision}`]);
  if (names === undefined) return `${repository} does not answer to git ls-remote`;
  const commit = names.split("\n").at(-1)?.split("\t")[0] ?? "";
  if (commit === "") return `${repository} has no branch or tag ${revision}`;
  const published = git(["rev-parse", "--verify", "--quiet", `${commit}:${folder}`]);
  return published === tree
    ? undefined
    : `${revision} of ${repository} holds other files in ${folder} than this copy: push, or pull, and try again`;
}
