import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { createRoute } from "../ingress/createRoute";
import type { IngressSettings } from "../ingress/settings";
import { createGuard } from "../namespace/createGuard";
import type { GuardSettings } from "../namespace/settings";
import { inheritOptions } from "../options";
import { createNamespace } from "../platform/namespace";
import { SmallService } from "../service/SmallService";
import { blackboxService, opsNamespace, renderProbe } from "./blackbox";
import type { Endpoint } from "./endpoint";
import { statusPageRoute, statusPageService } from "./statusPage";

/** Arguments of {@link Ops}. */
export interface OpsArgs {
  readonly endpoints: readonly Endpoint[];
  /** What keeps its namespace's pods from others and in bounds. */
  readonly guards?: GuardSettings | undefined;
  /** What serves probes to Prometheus; none without it. */
  readonly monitoring: pulumi.Resource | undefined;
  /** The status page; none where it is turned off. */
  readonly statusPage:
    | {
        readonly title: string;
        readonly address: string | undefined;
        /** How it is served by name, and what that waits for. */
        readonly ingress:
          | { readonly settings: IngressSettings; readonly ready: readonly pulumi.Resource[] }
          | undefined;
      }
    | undefined;
}

/** What watches the services from where their users stand: probes, and a page that shows them. */
export class Ops extends pulumi.ComponentResource {
  constructor(name: string, args: OpsArgs, opts: pulumi.ResourceOptions) {
    super("bramble:ops:Ops", name, {}, opts);
    const { endpoints, guards, monitoring, statusPage } = args;
    const namespace = createNamespace(opsNamespace, "restricted", inheritOptions(this, opts));
    const guard =
      guards === undefined
        ? []
        : createGuard(opsNamespace, guards, inheritOptions(this, opts, [namespace]));
    const after = (...more: pulumi.Resource[]) =>
      inheritOptions(this, opts, [namespace, ...guard, ...more]);

    if (monitoring !== undefined) {
      const exporter = new SmallService("blackbox-exporter", blackboxService(endpoints), after());
      for (const endpoint of endpoints) {
        new CustomResource(
          `probe-${endpoint.name}`,
          renderProbe(endpoint),
          after(monitoring, exporter),
        );
      }
    }
    if (statusPage !== undefined) {
      const { title, address, ingress } = statusPage;
      const settings = statusPageService(endpoints, title, address);
      const page = new SmallService("status-page", settings, after());
      if (ingress !== undefined) {
        createRoute(statusPageRoute, ingress.settings, after(page, ...ingress.ready));
      }
    }
    this.registerOutputs({});
  }
}
