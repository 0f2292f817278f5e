import { z } from "zod";
import { address, dnsLabel, hostKey, port } from "./fields";

/** A Kubernetes taint put on a node when it first registers. */
const taint = z.strictObject({
  key: z.string().min(1).describe("Key of the taint."),
  value: z.string().default("").describe("Value of the taint."),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .describe("What the taint does to pods that do not tolerate it."),
});

/** One row of `bramble:hosts`. */
export const host = z.strictObject({
  name: dnsLabel.describe("Host name; also the name of its Kubernetes node."),
  address: address.describe("Address of the host on your network, outside the DHCP range."),
  role: z
    .enum(["server", "agent"])
    .describe("`server`: control plane, etcd and workloads. `agent`: workloads only."),
  user: z.string().min(1).optional().describe("SSH user of this host. Default: `ssh.user`."),
  port: port.optional().describe("SSH port of this host. Default: `ssh.port`."),
  hostKey: hostKey
    .optional()
    .describe(
      "Pinned SSH host key, `<type> <base64>`; `npm run hosts -- <stack> trust` writes it.",
    ),
  labels: z.record(z.string(), z.string()).default({}).describe("Labels of the node."),
  taints: z.array(taint).default([]).describe("Taints of the node, applied when it first joins."),
  generation: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe("Raise it by one to converge the host again: a wiped disk, healed drift."),
  state: z
    .enum(["present", "gone"])
    .default("present")
    .describe(
      "`gone`: the host is dead; it is removed through a surviving server, then drop the row.",
    ),
});
