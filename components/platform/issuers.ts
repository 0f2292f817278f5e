/** A cert-manager object, ready to be applied. */
export interface IssuerObject {
  readonly apiVersion: "cert-manager.io/v1";
  readonly kind: "ClusterIssuer" | "Certificate";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Name of the issuer that signs with Bramble's own authority. */
export const privateIssuer = "bramble-ca";

const letsEncrypt = {
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
  "letsencrypt-production": "https://acme-v02.api.letsencrypt.org/directory",
} as const;

function clusterIssuer(name: string, spec: IssuerObject["spec"]): IssuerObject {
  return { apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer", metadata: { name }, spec };
}

/**
 * A private certificate authority: an issuer that signs itself, the authority's certificate made
 * by it, and the issuer that signs with that certificate. In the order they have to be made.
 *
 * @param namespace where cert-manager keeps the Secrets of cluster issuers.
 * @see https://cert-manager.io/docs/configuration/selfsigned/#bootstrapping-ca-issuers
 */
export function privateAuthority(namespace: string): IssuerObject[] {
  const selfSigned = "bramble-selfsigned";
  return [
    clusterIssuer(selfSigned, { selfSigned: {} }),
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: privateIssuer, namespace },
      spec: {
        isCA: true,
        commonName: "Bramble private CA",
        secretName: privateIssuer,
        duration: "87600h",
        renewBefore: "8760h",
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
        issuerRef: { name: selfSigned, kind: "ClusterIssuer", group: "cert-manager.io" },
      },
    },
    clusterIssuer(privateIssuer, { ca: { secretName: privateIssuer } }),
  ];
}

/** Name and key of the Secret with the token for the zone's DNS provider. */
export const dnsTokenSecret = { name: "cloudflare-api-token", key: "api-token" } as const;

/** Proves a name by a record in its zone, or by answering HTTP through Traefik. */
function solver(provider: "cloudflare" | undefined) {
  return provider === "cloudflare"
    ? { dns01: { cloudflare: { apiTokenSecretRef: { ...dnsTokenSecret } } } }
    : { http01: { ingress: { ingressClassName: "traefik" } } };
}

/**
 * Let's Encrypt's issuers.
 *
 * @param email where Let's Encrypt writes to about the account.
 * @param provider whose DNS proves names; unset: they are proved by HTTP.
 * @see https://cert-manager.io/docs/configuration/acme/dns01/cloudflare/
 * @see https://cert-manager.io/docs/configuration/acme/http01/
 */
export function letsEncryptIssuers(email: string, provider?: "cloudflare"): IssuerObject[] {
  return Object.entries(letsEncrypt).map(([name, server]) =>
    clusterIssuer(name, {
      acme: {
        email,
        server,
        privateKeySecretRef: { name: `${name}-account` },
        solvers: [solver(provider)],
      },
    }),
  );
}
