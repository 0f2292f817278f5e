import type { Output, Resource } from "@pulumi/pulumi";
import { routes } from "../catalogue/routes";
import {
  type IngressSettings,
  platformRoute,
  type Route,
  routeUrl,
} from "../components/ingress/settings";
import { statusPageRoute } from "../components/ops/statusPage";
import type { PlatformSettings } from "../components/platform/Platform";
import { appRoute } from "../components/workload/appRoute";
import { mediaAppSettings } from "../components/workload/mediaSettings";
import { usesWildcard } from "../config/certificatesSchema";
import type { Config } from "../config/schema";

/** What stacks of apps need to be served by name. */
export interface IngressHandle {
  readonly settings: IngressSettings;
  /** Lines of htpasswd for the gate; secret. Unset where another server asks for credentials. */
  readonly users: Output<string> | undefined;
  /** Its custom resources are served once these are up. */
  readonly ready: readonly Resource[];
}

/**
 * How the stack serves names; `undefined` without an ingress controller of Bramble's.
 *
 * @throws when the gate asks a server that the configuration does not name.
 */
export function ingressSettings({
  platform,
  network,
  secrets,
}: Config): IngressSettings | undefined {
  if (!platform.traefik.enabled) return undefined;
  const { certManager, ingress } = platform;
  const { type, user, generation, url, responseHeaders } = ingress.authentication;
  if (type === "forward" && url === undefined) {
    throw new Error("the configuration's rules let a gate that asks nobody through");
  }
  return {
    domain: network.domain,
    certificates: certManager.enabled
      ? { kind: usesWildcard(certManager) ? "wildcard" : "perHost", issuer: certManager.issuer }
      : undefined,
    gate:
      url === undefined
        ? { type: "basic", user, generation, passwordSince: secrets.rotated.ingressPassword }
        : { type: "forward", url, responseHeaders },
  };
}

/** The web interfaces of what is installed. */
export function platformRoutes(settings: PlatformSettings): Route[] {
  return routes.filter(({ part }) => settings[part] !== undefined).map(platformRoute);
}

/** The web interfaces of the media stack. */
export function mediaRoutes({ media }: Config): Route[] {
  return media.enabled ? mediaAppSettings(media).map(appRoute) : [];
}

/** The web interface of what watches the stack. */
export function opsRoutes({ ops }: Config): Route[] {
  return ops.statusPage.enabled ? [statusPageRoute] : [];
}

/** Where each route is found, by its name. */
export function urlsOf(
  served: readonly Route[],
  settings: IngressSettings,
): Readonly<Record<string, string>> {
  return Object.fromEntries(served.map((route) => [route.host, routeUrl(route, settings)]));
}
