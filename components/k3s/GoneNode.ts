import * as pulumi from "@pulumi/pulumi";
import type { HostTarget } from "../remote/connection";
import { remoteScript } from "../remote/remoteScript";

/** Arguments of {@link GoneNode}. */
export interface GoneNodeArgs {
  /** Name of the dead host. */
  readonly host: string;
  /** local-path claims, `namespace/claim`, whose data may be lost with it. */
  readonly discardVolumes: readonly string[];
  /** A surviving server. */
  readonly survivor: HostTarget;
  /** What puts Bramble's scripts on the survivor. */
  readonly prepared: readonly pulumi.Resource[];
}

/**
 * A host that is dead: it is taken out of the cluster through a survivor and never dialled.
 *
 * Its two resources that would dial it on removal keep their names and turn to the survivor, without
 * a `delete`. Once that is done the host's row may go from the configuration.
 */
export class GoneNode extends pulumi.ComponentResource {
  /** Done when the cluster no longer counts on the host. */
  readonly forgotten: pulumi.Resource;

  constructor(name: string, args: GoneNodeArgs, opts: pulumi.ComponentResourceOptions) {
    // The token of the node it was, so that the engine sees the same resources change.
    super("bramble:k3s:K3sNode", name, {}, opts);
    const { host, survivor, discardVolumes } = args;
    const options = { parent: this, dependsOn: [...args.prepared] };
    const teardown = remoteScript(
      `${host}-teardown`,
      { host: survivor, create: { script: "k3s-node.sh", args: ["none"], timeoutSeconds: 60 } },
      options,
    );
    this.forgotten = remoteScript(
      `${host}-membership`,
      {
        host: survivor,
        create: {
          script: "k3s-node.sh",
          args: [
            ...["forget", "--node", host],
            ...(discardVolumes.length === 0 ? [] : ["--discard", discardVolumes.join(" ")]),
          ],
          timeoutSeconds: 400,
        },
      },
      { ...options, dependsOn: [teardown] },
    );
    this.registerOutputs({});
  }
}
