import * as pulumi from "@pulumi/pulumi";
import type { HostTarget } from "../remote/connection";
import { remoteScript } from "../remote/remoteScript";

/** Of which generation each credential of k3s is. */
export interface RotationCounters {
  readonly serverToken: number;
  readonly agentToken: number;
  readonly certificates: number;
  readonly certificateAuthority: number;
  readonly secretsKey: number;
}

/** Arguments of {@link K3sRotation}. */
export interface K3sRotationArgs {
  readonly counters: RotationCounters;
  /** The server that begins each rotation. */
  readonly first: HostTarget;
  /** All nodes in the order they are changed, servers first. */
  readonly nodes: readonly { readonly host: HostTarget; readonly role: "server" | "agent" }[];
  /** Seconds that pods are given to leave a server before it restarts; 0: they stay. */
  readonly drainTimeout: number;
  /** Done when the cluster is whole. */
  readonly whole: pulumi.Resource;
}

/** One credential that k3s makes itself: its counter, its name on hosts, and who restarts for it. */
interface RotationRow {
  readonly counter: keyof RotationCounters;
  readonly item: string;
  readonly agentsFollow: boolean;
}

const rows: readonly RotationRow[] = [
  { counter: "certificates", item: "certificates", agentsFollow: true },
  { counter: "certificateAuthority", item: "certificate-authority", agentsFollow: true },
  { counter: "secretsKey", item: "secrets-key", agentsFollow: false },
];

/** Counters above one, as `name-N`: none for a cluster where nothing was ever rotated. */
export function raisedCounters(
  counters: RotationCounters,
  names: readonly (keyof RotationCounters)[],
): string[] {
  return names
    .filter((name) => counters[name] > 1)
    .map((name) => `${name}-${String(counters[name])}`);
}

/** What a new cluster is told before its first start, `item=N` by counter above one. */
export function baselineOf(counters: RotationCounters): string | undefined {
  const raised = rows.filter(({ counter }) => counters[counter] > 1);
  if (raised.length === 0) return undefined;
  return raised.map(({ counter, item }) => `${item}=${String(counters[counter])}`).join(" ");
}

/**
 * Rotates what k3s makes itself: certificates, authorities, the key of Secrets. Begun once, on the
 * first server; then the nodes follow one by one, servers first. A node that has followed already,
 * or joined since, is not touched.
 *
 * Tokens are no part of this: they are files of every node, see tokens.sh.
 */
export class K3sRotation extends pulumi.ComponentResource {
  /** Done when every node has followed every rotation. */
  readonly done: pulumi.Resource;

  constructor(name: string, args: K3sRotationArgs, opts: pulumi.ComponentResourceOptions) {
    super("bramble:k3s:K3sRotation", name, {}, opts);
    this.done = rows
      .filter(({ counter }) => args.counters[counter] > 1)
      .reduce((before, row) => this.rotate(row, args, before), args.whole);
    this.registerOutputs({});
  }

  private rotate(
    { counter, item, agentsFollow }: RotationRow,
    { counters, first, nodes, drainTimeout }: K3sRotationArgs,
    before: pulumi.Resource,
  ): pulumi.Resource {
    const generation = `${item}-${String(counters[counter])}`;
    const run = (
      name: string,
      host: HostTarget,
      args: readonly string[],
      turn: pulumi.Resource,
      mark?: pulumi.Output<string>,
    ) =>
      remoteScript(
        name,
        {
          host: { ...host, generation: 1 },
          create: {
            script: "k3s-rotate.sh",
            args: [...args, "--item", item],
            timeoutSeconds: 1200 + drainTimeout,
          },
          ...(mark === undefined ? {} : { stdin: mark }),
        },
        { parent: this, dependsOn: [turn] },
      );
    const begin = ["begin", "--counter", String(counters[counter])];
    const begun = run(`rotation-${generation}`, first, begin, before);
    const last = nodes
      .filter(({ role }) => agentsFollow || role === "server")
      .reduce((turn, { host, role }) => {
        const follow = ["follow", "--role", role, "--drain-timeout", String(drainTimeout)];
        return run(`${host.name}-${generation}`, host, follow, turn, begun.stdout);
      }, begun);
    return run(`rotation-${generation}-verified`, first, ["verify"], last);
  }
}
