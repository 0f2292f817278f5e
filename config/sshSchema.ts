import { z } from "zod";
import { bastion } from "./bastionSchema";
import { port } from "./fields";
import { userCa } from "./userCaSchema";

/** How hosts are reached: `bramble:ssh`. */
export const ssh = z.strictObject({
  user: z.string().min(1).default("pi").describe("SSH user; needs passwordless sudo unless root."),
  port: port.default(22).describe("SSH port."),
  auth: z
    .enum(["key", "agent"])
    .default("key")
    .describe("`key`: the secret `sshPrivateKey`. `agent`: the running ssh-agent (SSH_AUTH_SOCK)."),
  bastion: bastion.optional().describe("Machine through which the hosts are reached."),
  sudo: z
    .enum(["all", "scripts"])
    .default("all")
    .describe(
      "What the SSH user may do on hosts without a password. `scripts`: run Bramble's own scripts, nothing else. Needs sudo 1.9.10.",
    ),
  userCa: userCa.prefault({}).describe("Short-lived certificates for whoever logs in to hosts."),
  requireHostKeys: z
    .boolean()
    .default(true)
    .describe("Refuse hosts without a pinned `hostKey`. Without a pin any host key is accepted."),
});
