import type { GateSettings, Route } from "./settings";

/** Name of the Middleware that asks for credentials, one in each namespace that needs it. */
export const gateName = "gate";

/** Name of the Secret with the gate's user, beside the Middleware: Traefik looks nowhere else. */
export const gateSecretName = "gate-users";

/** A Traefik Middleware, ready to be applied. */
export interface Middleware {
  readonly apiVersion: "traefik.io/v1alpha1";
  readonly kind: "Middleware";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Where a gate stands. */
export interface GatePlace {
  readonly namespace: string;
  /** Labels and annotations of its objects, beside their own. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Name, labels and annotations of the gate's objects. */
export function gateMetadata(name: string, { namespace, labels, annotations }: GatePlace) {
  return {
    name,
    namespace,
    labels: {
      "app.kubernetes.io/name": name,
      ...labels,
      "app.kubernetes.io/managed-by": "pulumi",
    },
    annotations: {
      description: "Asks for credentials before services that do not",
      ...annotations,
    },
  };
}

/**
 * The gate of a namespace. It does not hand the credentials on: the service behind it has no use for
 * them, and some would take them for a log-in of theirs and refuse.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/basicauth/
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/forwardauth/
 */
export function renderGate(gate: GateSettings, place: GatePlace): Middleware {
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "Middleware",
    metadata: gateMetadata(gateName, place),
    spec:
      gate.type === "basic"
        ? { basicAuth: { secret: gateSecretName, removeHeader: true, realm: "Bramble" } }
        : {
            forwardAuth: {
              address: gate.url,
              authResponseHeaders: [...gate.responseHeaders],
            },
          },
  };
}

/** Name of the Middleware that sets a route's host header. */
export function hostHeaderName({ host }: Route): string {
  return `${host}-host`;
}

/** The Middleware that tells a service the one name it answers to; none for most. */
export function renderHostHeader(route: Route): Middleware | undefined {
  if (route.hostHeader === undefined) return undefined;
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "Middleware",
    metadata: {
      name: hostHeaderName(route),
      namespace: route.namespace,
      labels: { ...route.labels },
      annotations: { ...route.annotations },
    },
    spec: { headers: { customRequestHeaders: { Host: route.hostHeader } } },
  };
}
