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
  /** What brings the namespace of a route: it waits for that alone, not for all others. */
  readonly owners: ReadonlyMap<string, pulumi.Resource>;
  /** What all of it waits for. */
  readonly ready: readonly pulumi.Resource[];
  /** What is served by others, under the same certificate. */
  readonly others: readonly Route[];
  /** Lines of htpasswd; unset where another server asks for credentials. */
  readonly users: pulumi.Input<string> | undefined;
}

/** The web interfaces of the platform behind the ingress, its gates, and its default certificate. */
export class Routes extends pulumi.ComponentResource {
  constructor(name: string, args: RoutesArgs, opts: pulumi.ResourceOptions) {
    super("bramble:ingress:Routes", name, {}, opts);
    const { settings, routes, others, owners, ready, users } = args;
    const options = inheritOptions(this, opts, ready);
    const optionsIn = (namespace: string) => {
      const owner = owners.get(namespace);
      return inheritOptions(this, opts, [...ready, ...(owner === undefined ? [] : [owner])]);
    };

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
      if (users !== undefined) createGateUsers(place, users, optionsIn(namespace));
      createGate(place, settings.gate, optionsIn(namespace));
    }
    for (const route of routes) createRoute(route, settings, optionsIn(route.namespace));
    this.registerOutputs({});
  }
}
