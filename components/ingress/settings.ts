import type { RouteRow, WebAccess } from "../../catalogue/routes";

/** What stands before web interfaces without a login of their own. */
export type GateSettings =
  | {
      readonly type: "basic";
      readonly user: string;
      /** A new one replaces the password. */
      readonly generation: number;
      /** Since when it is in use; another date is another password. */
      readonly passwordSince?: string | undefined;
    }
  | {
      readonly type: "forward";
      /** The server that is asked about each request. */
      readonly url: string;
      /** Headers of its answer that the service is given. */
      readonly responseHeaders: readonly string[];
    };

/** How the stack's ingress serves names. */
export interface IngressSettings {
  /** DNS zone of the names. */
  readonly domain: string;
  /** One certificate for all names or one for each, and who signs; none without cert-manager. */
  readonly certificates:
    { readonly kind: "wildcard" | "perHost"; readonly issuer: string } | undefined;
  readonly gate: GateSettings;
}

/** A web interface to be served, by the platform or by a stack of apps. */
export interface Route extends WebAccess {
  readonly host: string;
  readonly namespace: string;
  readonly backend: RouteRow["backend"];
  /** The pods behind the Service, and the port of theirs. */
  readonly pods: RouteRow["pods"];
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Path that people begin at. Default `/`. */
  readonly webPath?: string | undefined;
}

/** Class of the ingresses that Traefik serves. */
export const ingressClass = "traefik";

/** The DNS name of a route. */
export function hostName({ host }: Pick<Route, "host">, { domain }: IngressSettings): string {
  return `${host}.${domain}`;
}

/** Where people find a route. */
export function routeUrl(route: Route, settings: IngressSettings): string {
  return `https://${hostName(route, settings)}${route.webPath ?? "/"}`;
}

/** A route of the platform's table. */
export function platformRoute(row: RouteRow): Route {
  return {
    ...row,
    labels: {
      "app.kubernetes.io/name": row.host,
      "app.kubernetes.io/component": "route",
      "app.kubernetes.io/part-of": "platform",
      "app.kubernetes.io/managed-by": "pulumi",
    },
    annotations: { description: row.description },
    webPath: row.backend === "dashboard" ? "/dashboard/" : undefined,
  };
}
