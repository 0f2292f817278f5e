import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment } from "../childEnvironment";
import { localPath } from "../../config/localPath";
import type { Config } from "../../config/schema";
import { withPrivateFolder } from "../privateFolder";
import { readConfigSecret, readSecretOutput } from "../secrets/read";

/** Runs kubectl against one cluster; rejects with its own words when it fails. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** An object as the API stores it, as far as commands read it. */
export interface StoredObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** kubectl with a kubeconfig file. */
export function kubectlWith(kubeconfig: string, context?: string): Kubectl {
  const common = [
    "--kubeconfig",
    kubeconfig,
    ...(context === undefined ? [] : ["--context", context]),
  ];
  return (args, input = "") =>
    new Promise((resolve, reject) => {
      const child = spawn("kubectl", [...common, ...args], {
        stdio: ["pipe", "pipe", "pipe"],
        env: childEnvironment(),
      });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      child.on("error", (error: NodeJS.ErrnoException) => {
        const missing =
          "kubectl is not on PATH: install it (https://kubernetes.io/docs/tasks/tools/)";
        reject(error.code === "ENOENT" ? new Error(missing) : error);
      });
      child.on("close", (code) => {
        if (code === 0) resolve(stdout);
        else reject(new Error(`kubectl ${args.slice(0, 3).join(" ")}: ${stderr.trim()}`));
      });
      // kubectl may end before it has read all of it, and says why by itself.
      child.stdin.on("error", () => undefined).end(input);
    });
}

/** Lists objects of some kinds, as kubectl names them: `pods,services`. */
export async function listObjects(
  kubectl: Kubectl,
  kinds: string,
  namespace: string,
): Promise<StoredObject[]> {
  const text = await kubectl(["get", kinds, "--namespace", namespace, "--output", "json"]);
  return (JSON.parse(text) as { items: StoredObject[] }).items;
}

/** Text of the kubeconfig of a stack's cluster, where no file of yours has it. Secret. */
async function kubeconfigText(stack: string, config: Config, directory: string): Promise<string> {
  const { source, access } = config.cluster;
  // The stack of a deployer on a cluster of others need not know an administrator.
  const given = access === "deployer" ? "deployerKubeconfig" : "kubeconfig";
  const reading = { stack, directory, reason: "to reach the cluster" };
  const text =
    source === "existing"
      ? await readConfigSecret(given, reading)
      : await readSecretOutput("kubeconfig", reading);
  if (text.trim() === "") throw new Error(`stack ${stack} has no kubeconfig: run pulumi up first`);
  return text;
}

/**
 * Works with the kubeconfig file of a stack's cluster. One that had to be written for it, readable by
 * nobody else, is gone afterwards.
 */
export async function withKubeconfig<T>(
  stack: string,
  config: Config,
  directory: string,
  work: (path: string, context: string | undefined) => Promise<T>,
): Promise<T> {
  const { kubeconfigPath, context } = config.cluster;
  if (kubeconfigPath !== undefined) return work(localPath(kubeconfigPath), context);
  const text = await kubeconfigText(stack, config, directory);
  return withPrivateFolder((folder) => {
    const path = join(folder, "kubeconfig");
    writeFileSync(path, text, { mode: 0o600 });
    return work(path, context);
  });
}
