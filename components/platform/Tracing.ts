import * as pulumi from "@pulumi/pulumi";
import { createGuard } from "../namespace/createGuard";
import type { GuardSettings } from "../namespace/settings";
import { inheritOptions } from "../options";
import { SmallService } from "../service/SmallService";
import { jaegerService, tracingNamespace, type TracingSettings } from "./jaeger";
import { createNamespace } from "./namespace";

/** The trace store: Jaeger in one pod, which takes spans by OTLP. */
export class Tracing extends pulumi.ComponentResource {
  /** Done once it takes spans. */
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    settings: TracingSettings,
    guards: GuardSettings | undefined,
    opts: pulumi.ResourceOptions,
  ) {
    super("bramble:platform:Tracing", name, {}, opts);
    const namespace = createNamespace(tracingNamespace, "restricted", inheritOptions(this, opts));
    const guard =
      guards === undefined
        ? []
        : createGuard(tracingNamespace, guards, inheritOptions(this, opts, [namespace]));
    const jaeger = new SmallService(
      "jaeger",
      jaegerService(settings),
      inheritOptions(this, opts, [namespace, ...guard]),
    );
    this.ready = jaeger.deployment;
    this.registerOutputs({});
  }
}
