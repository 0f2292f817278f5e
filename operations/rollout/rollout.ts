import type { ClusterObservation } from "../../components/k3s/observation";
import { planRollout, type Rollout } from "../../components/k3s/rollout";
import type { WantedCluster } from "../../components/k3s/rolloutModel";
import { observe } from "../observe/observe";
import { stackRegistrations } from "../plan/plan";
import type { HostAccess } from "../connection/session";
import { readStackConfig } from "../stackFile";
import { renderRollout, rolloutJson } from "./render";
import { stagedFiles, wantedCluster } from "./wanted";

/** What `rollout` is told. */
export interface RolloutOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  readonly format: "table" | "json";
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string;
  readonly print: (text: string) => void;
}

/** How `rollout` ends. */
export const rolloutCodes = { nothing: 0, refused: 1, steps: 2 } as const;

/** A plan with what it was made from. */
export interface Planned {
  readonly wanted: WantedCluster;
  readonly observed: ClusterObservation;
  readonly rollout: Rollout;
}

/**
 * Looks at the hosts and plans what `pulumi up` would do there; changes nothing.
 *
 * @param directory folder of the stack's file.
 */
export async function planStackRollout(access: HostAccess, directory: string): Promise<Planned> {
  const { stack, config } = access;
  const [observed, registrations] = await Promise.all([
    observe(access),
    stackRegistrations(stack, directory),
  ]);
  const wanted = wantedCluster(config, observed, stagedFiles(registrations));
  return { wanted, observed, rollout: planRollout(wanted, observed) };
}

/**
 * Prints what is seen and what would be done.
 *
 * @returns the exit code, see {@link rolloutCodes}.
 */
export async function rollout(options: RolloutOptions): Promise<number> {
  const { stack, directory, format, identity, print } = options;
  const config = readStackConfig(stack, directory);
  if (config.cluster.source === "existing" || config.hosts.length === 0) {
    throw new Error(`Pulumi.${stack}.yaml: there are no hosts of ours to look at`);
  }
  const access = { stack, config, identity };
  const { wanted, observed, rollout: found } = await planStackRollout(access, directory);
  print(
    format === "json" ? rolloutJson(stack, wanted, found) : renderRollout(wanted, observed, found),
  );
  if (found.refusals.length > 0) return rolloutCodes.refused;
  return found.steps.length > 0 ? rolloutCodes.steps : rolloutCodes.nothing;
}
