import { z } from "zod";
import { port } from "./fields";

/** How hosts are reached: `bramble:ssh`. */
export const ssh = z.strictObject({
  user: z.string().min(1).default("pi").describe("SSH user; needs passwordless sudo unless root."),
  port: port.default(22).describe("SSH port."),
  auth: z
    .enum(["key", "agent"])
    .default("key")
    .describe("`key`: the secret `sshPrivateKey`. `agent`: the running ssh-agent (SSH_AUTH_SOCK)."),
  requireHostKeys: z
    .boolean()
    .default(true)
    .describe("Refuse hosts without a pinned `hostKey`. Without a pin any host key is accepted."),
});
