import { inventory, usedSecrets } from "../../../config/inventory";
import type { Config } from "../../../config/schema";
import { type Kubectl, kubectlWith, withKubeconfig } from "../../cluster/kubectl";
import { secretsInFile } from "../list/list";
import { hostAges } from "./ages";
import { type AgeSources, trailDates } from "./due";

/** When each namespace of a cluster was made. */
async function namespaceDates(kubectl: Kubectl): Promise<ReadonlyMap<string, Date>> {
  const text = await kubectl(["get", "namespaces", "--output", "json"]);
  const { items } = JSON.parse(text) as {
    items: { metadata: { name: string; creationTimestamp: string } }[];
  };
  return new Map(
    items.map(({ metadata: { name, creationTimestamp } }) => [name, new Date(creationTimestamp)]),
  );
}

/** What is asked, and where. */
export interface GatherOptions {
  readonly stack: string;
  readonly directory: string;
  readonly config: Config;
  readonly governance: string;
  readonly identity?: string | undefined;
}

/** Asks hosts, cluster, file and trail for the ages of a stack's secrets. */
export async function gatherAges(options: GatherOptions): Promise<AgeSources> {
  const { stack, directory, config, governance, identity } = options;
  const { given } = secretsInFile(stack, directory);
  const trail = trailDates(stack, governance);
  // Whoever has a date or a line in the trail needs no cluster to know it.
  const needsCluster = usedSecrets(config).some((name) => {
    const { namespace, rotationDays } = inventory[name];
    const known = config.secrets.rotated[name] !== undefined || trail.has(name);
    return namespace !== undefined && rotationDays !== undefined && !known;
  });
  const [hosts, namespaces] = await Promise.all([
    hostAges({ stack, config, identity }),
    needsCluster
      ? withKubeconfig(stack, config, directory, (file, context) =>
          namespaceDates(kubectlWith(file, context)),
        ).catch(() => new Map<string, Date>())
      : new Map<string, Date>(),
  ]);
  return { ...{ config, given, trail, hosts, namespaces } };
}
