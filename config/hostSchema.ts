import { z } from "zod";
import { address, dnsLabel, hostKey, labelKey, labelValue, port } from "./fields";

/** A Kubernetes taint of a node. */
const taint = z.strictObject({
  key: labelKey.describe("Key of the taint."),
  value: labelValue.default("").describe("Value of the taint."),
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
  labels: z
    .record(labelKey, labelValue)
    .default({})
    .describe("Labels of the node. Those set by others stay; k3s is not restarted for a change."),
  taints: z
    .array(taint)
    .default([])
    .describe("Taints of the node. Those set by others stay; k3s is not restarted for a change."),
  generation: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe("Raise it by one to converge the host again: a wiped disk, healed drift."),
  discardVolumes: z
    .array(z.string().regex(/^[^/]+\/[^/]+$/, "is not <namespace>/<claim>"))
    .default([])
    .describe(
      "local-path claims on this host, `<namespace>/<claim>`, that may be lost in its rebuild. Others must have a backup verified in the last 24 hours.",
    ),
  state: z
    .enum(["present", "gone"])
    .default("present")
    .describe(
      "`gone`: the host is dead; it is removed through a surviving server, then drop the row.",
    ),
});
