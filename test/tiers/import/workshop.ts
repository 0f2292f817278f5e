import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SecretTool, SecretTools } from "../../../lab/secretTools";

/** Where files are made, and how programs are run there. */
export interface Workshop {
  /** Runs a program, with text on its standard input; returns what it prints. */
  readonly run: (tool: string, args: readonly string[], input?: string | Buffer) => Promise<string>;
  /** What programs run with: homes of their own, so that nothing of the user's is read or changed. */
  readonly environment: Readonly<Record<string, string>>;
  readonly path: (name: string) => string;
  readonly write: (name: string, content: string | Buffer) => void;
  readonly read: (name: string) => string;
  readonly remove: (name: string) => void;
}

export function openWorkshop(folder: string, tools: SecretTools): Workshop {
  const path = (name: string): string => join(folder, name);
  mkdirSync(path("home/gnupg"), { recursive: true, mode: 0o700 });
  const environment = {
    PATH: process.env["PATH"] ?? "",
    LC_ALL: "C.UTF-8",
    HOME: path("home"),
    GNUPGHOME: path("home/gnupg"),
    ANSIBLE_LOCAL_TEMP: path("home/ansible"),
    SOPS_DISABLE_VERSION_CHECK: "1",
  };
  return {
    ...{ environment, path },
    run: (tool, args, input = "") =>
      new Promise((resolve, reject) => {
        const known = Object.hasOwn(tools, tool) ? tools[tool as SecretTool] : undefined;
        const file = known !== undefined && "path" in known ? known.path : tool;
        const options = { cwd: folder, env: environment, maxBuffer: 32 * 1024 * 1024 };
        const child = execFile(file, args, options, (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else reject(new Error(`${tool} ${args.join(" ")}: ${stderr.trim()}`));
        });
        child.stdin?.on("error", () => undefined).end(input);
      }),
    write: (name, content) => {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content, { mode: 0o600 });
    },
    read: (name) => readFileSync(path(name), "utf8"),
    remove: (name) => {
      rmSync(path(name), { recursive: true, force: true });
    },
  };
}
