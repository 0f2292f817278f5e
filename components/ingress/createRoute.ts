import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Ingress } from "@pulumi/kubernetes/networking/v1/ingress";
import type { ResourceOptions } from "@pulumi/pulumi";
import { renderRouteCertificate } from "./renderCertificates";
import { renderDashboardRoute, renderIngresses } from "./renderIngress";
import { renderHostHeader } from "./renderMiddlewares";
import type { IngressSettings, Route } from "./settings";

/**
 * Makes the objects that serve a route. Until the Middlewares they name exist, Traefik does not serve
 * it at all.
 */
export function createRoute(
  route: Route,
  settings: IngressSettings,
  options: ResourceOptions,
): void {
  const header = renderHostHeader(route);
  if (header !== undefined) new CustomResource(header.metadata.name, { ...header }, options);
  if (route.backend === "dashboard") {
    const certificate = renderRouteCertificate(route, settings);
    if (certificate !== undefined) new CustomResource(route.host, { ...certificate }, options);
    new CustomResource(
      `${route.host}-dashboard`,
      { ...renderDashboardRoute(route, settings) },
      options,
    );
    return;
  }
  for (const ingress of renderIngresses(route, settings)) {
    new Ingress(ingress.metadata.name, ingress, options);
  }
}
