import { charts } from "../../catalogue/charts";
import { privateIssuer } from "../platform/issuers";
import { hostName, type IngressSettings, type Route } from "./settings";

/** Name of the certificate for every name without one of its own, and of its Secret. */
const defaultCertificateName = "default-certificate";

/** Name of the Secret with a route's own certificate. */
export function ownCertificateName({ host }: Route): string {
  return `${host}-tls`;
}

/** Who signs a certificate for each route; nobody where one serves them all. */
export function ownIssuer({ certificates }: IngressSettings): string | undefined {
  return certificates?.kind === "perHost" ? certificates.issuer : undefined;
}

interface CertificateNames {
  readonly name: string;
  readonly namespace: string;
  readonly secretName: string;
}

/** @see https://cert-manager.io/docs/usage/certificate/ */
function certificate(
  { name, namespace, secretName }: CertificateNames,
  dnsNames: readonly string[],
  issuer: string,
) {
  return {
    apiVersion: "cert-manager.io/v1" as const,
    kind: "Certificate" as const,
    metadata: {
      name,
      namespace,
      labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "pulumi" },
    },
    spec: {
      secretName,
      dnsNames: [...dnsNames],
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      issuerRef: { name: issuer, kind: "ClusterIssuer", group: "cert-manager.io" },
    },
  };
}

/** The certificate of a route that has no Ingress which cert-manager would make one for. */
export function renderRouteCertificate(route: Route, settings: IngressSettings) {
  const issuer = ownIssuer(settings);
  if (issuer === undefined) return undefined;
  const { host, namespace } = route;
  const names = { name: host, namespace, secretName: ownCertificateName(route) };
  return certificate(names, [hostName(route, settings)], issuer);
}

/**
 * The certificate for every name without one of its own.
 *
 * The private authority signs each name as well as the star: browsers refuse a star directly under a
 * public suffix, and `home.arpa` is one. Let's Encrypt refuses names that the star covers.
 *
 * @see https://publicsuffix.org/list/
 */
export function renderDefaultCertificate(routes: readonly Route[], settings: IngressSettings) {
  const { certificates, domain } = settings;
  if (certificates?.kind !== "wildcard") return undefined;
  const hosts = routes.map((route) => hostName(route, settings));
  return certificate(
    {
      name: defaultCertificateName,
      namespace: charts.traefik.namespace,
      secretName: defaultCertificateName,
    },
    [domain, `*.${domain}`, ...(certificates.issuer === privateIssuer ? hosts : [])],
    certificates.issuer,
  );
}

/**
 * Tells Traefik which certificate serves names that have none of their own. There may be one store,
 * of this name.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/tls/tlsstore/
 */
export function renderTlsStore() {
  return {
    apiVersion: "traefik.io/v1alpha1" as const,
    kind: "TLSStore" as const,
    metadata: {
      name: "default",
      namespace: charts.traefik.namespace,
      labels: { "app.kubernetes.io/name": "default", "app.kubernetes.io/managed-by": "pulumi" },
    },
    spec: { defaultCertificate: { secretName: defaultCertificateName } },
  };
}
