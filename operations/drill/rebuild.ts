import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { planRollout } from "../../components/k3s/rollout";
import type { Difference } from "../../components/k3s/rolloutModel";
import type { Config, HostConfig } from "../../config/schema";
import { raiseGeneration, writePins } from "../hosts/pins";
import { replaceFile } from "../hosts/trust";
import {
  fingerprint,
  formatHostKey,
  parseHostKey,
  scanHost,
  sshAddress,
} from "../connection/hostKeys";
import { type HostAccess, runOnHost } from "../connection/session";
import { readStackConfig, stackFilePath } from "../stackFile";
import { secondsAway } from "./away";
import { losses } from "./compare";
import { type DrillOptions, presentHost } from "./context";
import { type ClusterLook, drillScript, look, survivor, withDrillScript } from "./look";
import { awaitAsBefore } from "./patience";
import { recordDrill } from "./record";
import { awayTable, type ClusterWatch, watchCluster } from "./watching";

/** How a host comes to a blank disk: by hands, or by a script that removes all but the system. */
export type FreshDisk = "reflash" | "wipe";

/** What `rebuild` is told. */
export interface RebuildOptions extends DrillOptions {
  readonly node: string;
  readonly disk: FreshDisk;
  /** Most seconds for all of it. */
  readonly within: number;
}

/** Most seconds the API may be away. */
export const apiWithin = 20;

const flashPatience = 3600;

/**
 * Why the node may not be rebuilt now, in one line each; asked before anything is touched. A wipe
 * keeps the folder of local-path, yet its volumes count: the servers that make room know only that
 * the node begins anew.
 */
export function rebuildRefusals(config: Config, node: string, before: ClusterLook): string[] {
  const differs = (name: string): Difference[] => (name === node ? ["rebuild"] : []);
  const nodes = config.hosts
    .filter(({ state }) => state === "present")
    .map(({ name, role, address, discardVolumes }) => ({
      ...{ name, role, address, discardVolumes, version: config.k3s.version },
      differs: differs(name),
    }));
  const { refusals } = planRollout({ nodes, now: new Date() }, before.observation);
  return refusals.map(({ message }) => message);
}

function editStack({ stack, directory }: RebuildOptions, edit: (text: string) => string): void {
  const path = stackFilePath(stack, directory);
  replaceFile(path, edit(readFileSync(path, "utf8")));
}

/** Waits until the host shows another key than the pinned one, and pins that. */
async function pinNewKey(options: RebuildOptions, host: HostConfig): Promise<void> {
  const { config, confirm, print } = options;
  const deadline = Date.now() + flashPatience * 1000;
  const old = host.hostKey === undefined ? undefined : parseHostKey(host.hostKey);
  for (;;) {
    const keys = await scanHost(sshAddress(config, host));
    const key = keys.find(({ type }) => type === old?.type) ?? keys[0];
    if (key !== undefined && !keys.some(({ body }) => body === old?.body)) {
      print(`${host.name} shows the new key ${fingerprint(key)}\n`);
      const question = "Compare it on the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub.";
      if (!(await confirm(question, "yes"))) {
        throw new Error(
          `the new key was not pinned: npm run hosts -- ${options.stack} trust --replace ${host.name}, then pulumi up`,
        );
      }
      editStack(options, (text) => writePins(text, new Map([[host.name, formatHostKey(key)]])));
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`${host.name} showed no new host key in ${flashPatience / 60} minutes`);
    }
    await sleep(1000);
  }
}

/** Access by the stack's file as it is now: with the new pin. */
function accessNow({ access, stack, directory }: RebuildOptions): HostAccess {
  return { ...access, config: readStackConfig(stack, directory) };
}

async function rebuildNode(
  options: RebuildOptions,
  host: HostConfig,
  before: ClusterLook,
  phase: <T>(name: string, work: () => Promise<T>) => Promise<T>,
): Promise<ClusterLook> {
  const { engine, hands, print } = options;
  const access = withDrillScript(options.access);
  const other = survivor(before, host.name);
  const through = (verb: string) => ({
    ...{ host: other, script: drillScript, args: [verb, "--node", host.name] },
  });
  await phase("drain", () => runOnHost(access, through("drain")));
  // First, so that the next run heals the host wherever this one is cut off.
  editStack(options, (text) => raiseGeneration(text, host.name));
  await phase("fresh disk", async () => {
    if (options.disk === "wipe") {
      await runOnHost(access, { host, script: drillScript, args: ["wipe"] });
    } else {
      await hands.reflash(host);
      await pinNewKey(options, host);
    }
  });
  await phase("pulumi up", () => engine.up());
  return phase("whole again", () => awaitAsBefore(accessNow(options), before, print));
}

/**
 * Rebuilds one node of a living cluster on a fresh disk, and measures it.
 *
 * @returns the exit code: 1 when something was lost or a target missed.
 * @throws Error with one line per reason not to begin.
 */
export async function rebuild(options: RebuildOptions): Promise<number> {
  const { node, config, confirm, within } = options;
  const host = presentHost(options, node);
  return recordDrill(options, "rebuild", [node], async (recorder) => {
    const phase = recorder.phase.bind(recorder);
    const before = await phase("look", () => look(options.access));
    const refusals = rebuildRefusals(config, node, before);
    if (refusals.length > 0) throw new Error(refusals.join("\n"));
    const gone = options.disk === "wipe" ? "k3s and Bramble's state" : "everything on its disk";
    if (!(await confirm(`${node} loses ${gone}.`, node))) throw new Error("nothing was touched");
    const began = Date.now();
    const watching: ClusterWatch = await watchCluster(options, before, node);
    let after: ClusterLook;
    try {
      after = await rebuildNode(options, host, before, phase);
    } finally {
      await watching.end();
    }
    const seconds = (Date.now() - began) / 1000;
    return {
      targets: [
        { name: "rebuildSeconds", measured: seconds, within },
        {
          name: "apiAwaySeconds",
          measured: secondsAway(watching.judged()),
          within: apiWithin,
        },
      ],
      losses: losses(before, after),
      tables: [awayTable(watching)],
    };
  });
}
