import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { inheritOptions } from "../options";
import { createRoute } from "./createRoute";
import { createGate, createGateUsers } from "./createGate";
import { renderDefaultCertificate, renderTlsStore } from "./renderCertificates";
import type { IngressSettings, Route } from "./settings";

/** Arguments of {@link Routes}. */
export interface RoutesArgs {
  readonly settings: IngressSettings;
  /** What is served here. */
  readonly routes: readonly Route[];
  /** What is served by others, under the same certificate. */
  readonly others: readonly Route[];
  /** Lines of htpasswd; unset where another server asks for credentials. */
  readonly users: pulumi.Input<string> | undefined;
}

/** The web interfaces of the platform behind the ingress, its gates, and its default certificate. */
export class Routes extends pulumi.ComponentResource {
  constructor(name: string, args: RoutesArgs, opts: pulumi.ResourceOptions) {
    super("bramble:ingress:Routes", name, {}, opts);
    const { settings, routes, others, users } = args;
    const options = inheritOptions(this, opts);

    const certificate = renderDefaultCertificate([...routes, ...others], settings);
    if (certificate !== undefined) {
      const made = new CustomResource("default-certificate", { ...certificate }, options);
      new CustomResource(
        "default-tls-store",
        { ...renderTlsStore() },
        inheritOptions(this, opts, [made]),
      );
    }
    const gated = routes.filter(({ authentication }) => authentication === "gate");
    for (const namespace of new Set(gated.map((route) => route.namespace))) {
      const labels = { "app.kubernetes.io/part-of": "platform" };
      const place = { namespace, labels, annotations: {} };
      if (users !== undefined) createGateUsers(place, users, options);
      createGate(place, settings.gate, options);
    }
    for (const route of routes) createRoute(route, settings, options);
    this.registerOutputs({});
  }
}
