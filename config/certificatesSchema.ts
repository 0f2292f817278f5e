import { z } from "zod";
import { email, nameserver } from "./fields";
import type { Problem } from "./problems";

/** cert-manager: `bramble:platform.certManager`. */
export const certManager = z.strictObject({
  enabled: z.boolean().default(true).describe("Install cert-manager."),
  issuer: z
    .enum(["bramble-ca", "letsencrypt-staging", "letsencrypt-production"])
    .default("bramble-ca")
    .describe("Who signs the certificates of the ingress: a private CA, or Let's Encrypt."),
  email: email.optional().describe("Let's Encrypt account; unset: a private CA only."),
  dns01: z
    .strictObject({
      provider: z
        .enum(["cloudflare"])
        .describe("Who serves the zone; its token is the secret `cloudflareApiToken`."),
      nameservers: z
        .array(nameserver)
        .min(1)
        .default(["1.1.1.1:53", "9.9.9.9:53"])
        .describe("Resolvers that see the public zone, whatever the DNS at home answers."),
    })
    .optional()
    .describe(
      "Prove names to Let's Encrypt by DNS records. Unset: by HTTP, which needs port 80 open to the internet.",
    ),
  certificates: z
    .enum(["wildcard", "perHost"])
    .optional()
    .describe(
      "One certificate for all names, or one for each. Default: `wildcard` where the issuer can sign one.",
    ),
});

/** Settings of cert-manager. */
export type CertManagerConfig = z.output<typeof certManager>;

/** Whether the issuer signs names with a star: Let's Encrypt does so for DNS-01 alone. */
function signsWildcards({ issuer, dns01 }: CertManagerConfig): boolean {
  return issuer === "bramble-ca" || dns01 !== undefined;
}

/** Whether one certificate serves all names. */
export function usesWildcard(config: CertManagerConfig): boolean {
  return config.certificates === undefined
    ? signsWildcards(config)
    : config.certificates === "wildcard";
}

/** Zones that are no one's on the internet, so that nobody can prove to own a name in them. */
const privateZones = ["arpa", "home", "internal", "invalid", "lan", "local", "localhost", "test"];

/** What Let's Encrypt could not sign, or cert-manager not ask for. */
export function certificateProblems(config: CertManagerConfig, domain: string): Problem[] {
  const { enabled, issuer, email: account, dns01 } = config;
  if (!enabled) return [];
  const path = "platform.certManager";
  const problems: Problem[] = [];
  if (account === undefined && issuer !== "bramble-ca") {
    problems.push({
      path: `${path}.email`,
      message: `${issuer} needs an account: set your e-mail address, or set issuer to bramble-ca`,
    });
  }
  if (account === undefined && issuer === "bramble-ca" && dns01 !== undefined) {
    problems.push({
      path: `${path}.dns01`,
      message: "is for Let's Encrypt, which needs an account: set email, or remove it",
    });
  }
  if (issuer !== "bramble-ca" && privateZones.includes(domain.split(".").at(-1) ?? "")) {
    problems.push({
      path: `${path}.issuer`,
      message: `${issuer} signs no names under ${domain}, a private zone: set network.domain to a domain you own, or issuer to bramble-ca`,
    });
  }
  if (usesWildcard(config) && !signsWildcards(config)) {
    problems.push({
      path: `${path}.certificates`,
      message: `${issuer} signs a wildcard for DNS-01 alone: set dns01, or certificates to perHost`,
    });
  }
  return problems;
}
