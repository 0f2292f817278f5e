import { z } from "zod";
import { httpUrl } from "./fields";
import type { Problem } from "./problems";

/** What people reach by name: `bramble:platform.ingress`. */
export const ingress = z.strictObject({
  authentication: z
    .strictObject({
      type: z
        .enum(["basic", "forward"])
        .default("basic")
        .describe(
          "`basic`: a user and a generated password. `forward`: Traefik asks the server at `url`.",
        ),
      user: z
        .string()
        .regex(/^[A-Za-z0-9._@-]+$/, {
          error: (issue) =>
            `${String(issue.input)} is not a user's name (letters, digits and ._@-)`,
        })
        .default("admin")
        .describe("Basic: name of the user; the password is the output `ingressPassword`."),
      generation: z
        .number()
        .int()
        .min(1)
        .default(1)
        .describe("Basic: raise it by one to replace the generated password."),
      url: httpUrl
        .optional()
        .describe(
          "Forward: where each request is checked, such as http://authelia.auth.svc/api/authz/forward-auth.",
        ),
      responseHeaders: z
        .array(z.string().min(1))
        .default(["Remote-User", "Remote-Groups", "Remote-Email", "Remote-Name"])
        .describe("Forward: headers of its answer that the service is given."),
    })
    .prefault({})
    .describe("The gate before web interfaces without a login of their own."),
});

/** Settings of what people reach by name. */
export type IngressConfig = z.output<typeof ingress>;

/** A gate that nobody keeps, or one told two ways. */
export function ingressProblems({ authentication: { type, url } }: IngressConfig): Problem[] {
  const path = "platform.ingress.authentication.url";
  if (type === "forward" && url === undefined) {
    return [
      {
        path,
        message: "is missing: name the server that checks requests, or set type to basic",
      },
    ];
  }
  if (type === "basic" && url !== undefined) {
    return [{ path, message: `${url} is for type forward only: set type to forward or remove it` }];
  }
  return [];
}
