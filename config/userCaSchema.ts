import { z } from "zod";
import { shown } from "./fields";

const linuxUser = z.string().refine((text) => /^[a-z_][a-z0-9_-]{0,31}$/.test(text), {
  error: ({ input }) =>
    `${shown(input)} is not a Linux user (lower-case letters, digits, '-' and '_', such as pi)`,
});

/** Certificates for people and for the program's own key: `bramble:ssh.userCa`. */
export const userCa = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe(
      "Hosts accept certificates of this stack's own authority beside keys; `npm run ssh -- <stack> certificate` issues one.",
    ),
  hours: z.number().int().min(1).max(168).default(8).describe("How long a certificate is good."),
  principals: z
    .array(linuxUser)
    .default([])
    .describe("Users a certificate may log in as. Default: `ssh.user`."),
  rotation: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe(
      "Raise it by one to replace the authority. Hosts trust the one before as well until it is raised again.",
    ),
});

/** Settings of the user authority. */
export type UserCaConfig = z.output<typeof userCa>;
