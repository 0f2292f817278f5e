import { execFile } from "node:child_process";
import { basename, dirname } from "node:path";
import { childEnvironment } from "../../childEnvironment";

/** In how many commits of its repository a file is; 0 without a repository, or without Git. */
export function commitsOf(file: string): Promise<number> {
  const args = ["-C", dirname(file), "log", "--format=%h", "--", basename(file)];
  return new Promise((resolve) => {
    execFile(
      "git",
      args,
      { env: childEnvironment({ GIT_OPTIONAL_LOCKS: "0" }) },
      (error, stdout) => {
        resolve(error === null ? stdout.split("\n").filter((line) => line !== "").length : 0);
      },
    );
  });
}
