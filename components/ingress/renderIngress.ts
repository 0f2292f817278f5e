import type { networking } from "@pulumi/kubernetes/types/input";
import type { KeyedPath } from "../../catalogue/routes";
import { ownCertificateName, ownIssuer } from "./renderCertificates";
import { gateName, hostHeaderName } from "./renderMiddlewares";
import { hostName, ingressClass, type IngressSettings, type Route } from "./settings";

/** Name of a Middleware as the Ingress provider refers to it. */
function reference(namespace: string, name: string): string {
  return `${namespace}-${name}@kubernetescrd`;
}

function middlewares(route: Route, gated: boolean): string[] {
  return [
    ...(gated ? [reference(route.namespace, gateName)] : []),
    ...(route.hostHeader === undefined ? [] : [reference(route.namespace, hostHeaderName(route))]),
  ];
}

function annotations(route: Route, used: readonly string[], issuer: string | undefined) {
  return {
    ...route.annotations,
    "traefik.ingress.kubernetes.io/router.entrypoints": "websecure",
    ...(used.length > 0 && {
      "traefik.ingress.kubernetes.io/router.middlewares": used.join(","),
    }),
    ...(issuer !== undefined && { "cert-manager.io/cluster-issuer": issuer }),
    // Its status tells of the controller's address, not of the service.
    "pulumi.com/skipAwait": "true",
  };
}

/** An Ingress, ready to be applied. */
export type RenderedIngress = ReturnType<typeof renderIngress>;

/** What one Ingress serves of a route. */
interface Part {
  readonly name: string;
  readonly paths: readonly KeyedPath[];
  readonly gated: boolean;
  /** Who signs the route's own certificate; cert-manager wants one Ingress to ask for it. */
  readonly issuer: string | undefined;
}

function renderIngress(route: Route, settings: IngressSettings, part: Part) {
  const { name, paths, gated, issuer } = part;
  const { backend } = route;
  if (backend === "dashboard") throw new Error(`${route.host} has no Service to send requests to`);
  const host = hostName(route, settings);
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "Ingress" as const,
    metadata: {
      name,
      namespace: route.namespace,
      labels: { ...route.labels },
      annotations: annotations(route, middlewares(route, gated), issuer),
    },
    spec: {
      ingressClassName: ingressClass,
      rules: [
        {
          host,
          http: {
            paths: paths.map(({ path, type }) => ({
              path,
              pathType: type,
              backend: { service: { name: backend.service, port: { number: backend.port } } },
            })),
          },
        },
      ],
      // Without a Secret of its own the name is covered by the ingress's default certificate.
      tls: [
        {
          hosts: [host],
          ...(ownIssuer(settings) !== undefined && { secretName: ownCertificateName(route) }),
        },
      ],
    },
  } satisfies networking.v1.Ingress;
}

/**
 * The Ingresses of a route: one for all of it and, where some paths lead past the gate, a second one
 * for just those, since Traefik takes middlewares for a whole Ingress.
 */
export function renderIngresses(route: Route, settings: IngressSettings): RenderedIngress[] {
  const gated = route.authentication === "gate";
  const whole = renderIngress(route, settings, {
    name: route.host,
    paths: [{ path: "/", type: "Prefix" }],
    gated,
    issuer: ownIssuer(settings),
  });
  const paths = gated ? (route.keyedPaths ?? []) : [];
  if (paths.length === 0) return [whole];
  const name = `${route.host}-keyed`;
  return [whole, renderIngress(route, settings, { name, paths, gated: false, issuer: undefined })];
}

/**
 * The way to the dashboard of Traefik itself, which no Service leads to.
 *
 * @see https://doc.traefik.io/traefik/reference/install-configuration/api-dashboard/
 */
export function renderDashboardRoute(route: Route, settings: IngressSettings) {
  const { host, namespace, labels, annotations: notes } = route;
  const name = hostName(route, settings);
  return {
    apiVersion: "traefik.io/v1alpha1" as const,
    kind: "IngressRoute" as const,
    metadata: { name: host, namespace, labels: { ...labels }, annotations: { ...notes } },
    spec: {
      entryPoints: ["websecure"],
      routes: [
        {
          kind: "Rule",
          match: `Host(\`${name}\`)`,
          middlewares: [{ name: gateName }],
          services: [{ kind: "TraefikService", name: "api@internal" }],
        },
      ],
      tls: ownIssuer(settings) === undefined ? {} : { secretName: ownCertificateName(route) },
    },
  };
}
