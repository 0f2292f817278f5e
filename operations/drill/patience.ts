import { setTimeout as sleep } from "node:timers/promises";
import type { HostAccess } from "../connection/session";
import { losses } from "./compare";
import { type ClusterLook, look } from "./look";

const patienceSeconds = 600;

/** Looks until the cluster is as it was, or patience ends; then the last look tells what is not. */
export async function awaitAsBefore(
  access: HostAccess,
  before: ClusterLook,
  print: (text: string) => void,
): Promise<ClusterLook> {
  const deadline = Date.now() + patienceSeconds * 1000;
  let told = "";
  for (;;) {
    const after = await look(access);
    const lost = losses(before, after);
    if (lost.length === 0 || Date.now() > deadline) return after;
    const line = lost.join("; ");
    if (line !== told) print(`waiting: ${line}\n`);
    told = line;
    await sleep(1000);
  }
}
