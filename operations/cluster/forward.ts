import { spawn } from "node:child_process";
import { childEnvironment } from "../childEnvironment";

/** What is reached inside a cluster, as kubectl names it: `service/radarr`. */
export interface ForwardTarget {
  readonly namespace: string;
  readonly target: string;
  readonly port: number;
}

/** A cluster as kubectl finds it. */
export interface ClusterAccess {
  readonly kubeconfig: string;
  readonly context?: string | undefined;
}

const openSeconds = 20;

/**
 * Works with a port of a pod, forwarded to this machine and to nobody else on the network.
 *
 * @param work is given the local port.
 * @throws Error with kubectl's own words when the port does not open.
 */
export async function withForward<T>(
  { kubeconfig, context }: ClusterAccess,
  { namespace, target, port }: ForwardTarget,
  work: (port: number) => Promise<T>,
): Promise<T> {
  const child = spawn(
    "kubectl",
    [
      ...["--kubeconfig", kubeconfig, ...(context === undefined ? [] : ["--context", context])],
      ...["port-forward", "--address", "127.0.0.1", "--namespace", namespace, target],
      `:${String(port)}`,
    ],
    { stdio: ["ignore", "pipe", "pipe"], env: childEnvironment() },
  );
  try {
    const local = await new Promise<number>((resolve, reject) => {
      let said = "";
      const late = setTimeout(() => {
        reject(new Error(`${target} in ${namespace} cannot be reached: no port opened`));
      }, openSeconds * 1000);
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        const [, found] = /127\.0\.0\.1:(\d+)/.exec(text) ?? [];
        if (found === undefined) return;
        clearTimeout(late);
        resolve(Number(found));
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
      child.on("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(late);
        const missing = "kubectl is not on PATH: https://kubernetes.io/docs/tasks/tools/";
        reject(error.code === "ENOENT" ? new Error(missing) : error);
      });
      child.on("close", () => {
        clearTimeout(late);
        const why = said.trim().split("\n").at(-1) ?? "";
        reject(new Error(`${target} in ${namespace} cannot be reached: ${why}`));
      });
    });
    return await work(local);
  } finally {
    child.kill();
  }
}
