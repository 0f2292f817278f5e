import type * as pulumi from "@pulumi/pulumi";
import type { HostTarget } from "../remote/connection";
import { remoteScript } from "../remote/remoteScript";
import { type NodeMarks, renderNodeMarks } from "./nodeLabels";
import { revisionOf } from "./revision";

/** A node to be labelled. */
export interface LabelledNode {
  readonly target: HostTarget;
  readonly settings: NodeMarks;
}

/**
 * Brings labels and taints of all nodes to what their rows say, by one command on a server. Run again
 * for a rebuilt node, which has lost those that a kubelet may not set itself.
 */
export function labelNodes(
  server: HostTarget,
  nodes: readonly LabelledNode[],
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return remoteScript(
    "node-labels",
    {
      host: server,
      create: { script: "k3s-labels.sh", args: ["converge"], timeoutSeconds: 300 },
      stdin: renderNodeMarks(nodes.map(({ settings }) => settings)),
      revision: revisionOf(...nodes.map(({ target }) => String(target.generation))),
    },
    opts,
  );
}
