import { setTimeout as sleep } from "node:timers/promises";
import { type Kubectl, listObjects, type StoredObject } from "./kubectl";

const pollMilliseconds = 2000;

function ended(job: StoredObject): "Complete" | "Failed" | undefined {
  const conditions = (job.status?.["conditions"] ?? []) as { type: string; status: string }[];
  const found = conditions.find(
    ({ type, status }) => status === "True" && (type === "Complete" || type === "Failed"),
  );
  return found?.type as "Complete" | "Failed" | undefined;
}

/** What a job's containers said, as far as it can be had. */
async function saidBy(kubectl: Kubectl, namespace: string, job: string): Promise<string> {
  // A container that never began has no log, which must not hide what the one before it said.
  const which = ["--all-containers", "--ignore-errors", "--tail", "40"];
  const args = ["logs", `job/${job}`, "--namespace", namespace, ...which];
  return kubectl(args).catch(() => "");
}

/**
 * Waits until a job has ended.
 *
 * @returns what it said.
 * @throws Error with what it said, when it failed or has not ended in time.
 */
export async function awaitJob(
  kubectl: Kubectl,
  namespace: string,
  job: string,
  timeoutSeconds: number,
): Promise<string> {
  const until = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const text = await kubectl(["get", "job", job, "--namespace", namespace, "--output", "json"]);
    const outcome = ended(JSON.parse(text) as StoredObject);
    if (outcome === "Complete") return saidBy(kubectl, namespace, job);
    if (outcome === "Failed" || Date.now() > until) {
      const said = (await saidBy(kubectl, namespace, job)).trim();
      const why = outcome === "Failed" ? "failed" : `has not ended in ${String(timeoutSeconds)} s`;
      const look = `kubectl describe job/${job} --namespace ${namespace}`;
      throw new Error(`job ${job} ${why}: ${said === "" ? `see ${look}` : said}`);
    }
    await sleep(pollMilliseconds);
  }
}

/** A name that no job of before has. */
export function freshName(base: string, now: Date = new Date()): string {
  const stamp = now
    .toISOString()
    .replaceAll(/[^0-9]/g, "")
    .slice(2, 14);
  return `${base}-${stamp}`;
}

/** Runs a CronJob's job now and waits for its end. */
export async function runNow(
  kubectl: Kubectl,
  namespace: string,
  cronJob: string,
  timeoutSeconds: number,
): Promise<string> {
  const name = freshName(cronJob);
  const from = `--from=cronjob/${cronJob}`;
  await kubectl(["create", "job", name, from, "--namespace", namespace]);
  return awaitJob(kubectl, namespace, name, timeoutSeconds);
}

const leavePatienceSeconds = 180;

/**
 * Waits until no pod of an app is left.
 *
 * @throws Error in one line when one does not leave in three minutes.
 */
export async function awaitPodsGone(
  kubectl: Kubectl,
  namespace: string,
  app: string,
): Promise<void> {
  const until = Date.now() + leavePatienceSeconds * 1000;
  for (;;) {
    const left = (await listObjects(kubectl, "pods", namespace)).filter(
      ({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === app,
    );
    const [pod] = left;
    if (pod === undefined) return;
    if (Date.now() > until) {
      throw new Error(`pod ${pod.metadata.name} has not ended: see why, and repeat`);
    }
    await sleep(pollMilliseconds);
  }
}
