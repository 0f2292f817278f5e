import * as pulumi from "@pulumi/pulumi";
import { inheritOptions } from "../options";
import { SmallService } from "../service/SmallService";
import { jaegerService, tracingNamespace, type TracingSettings } from "./jaeger";
import { createNamespace } from "./namespace";

/** The trace store: Jaeger in one pod, which takes spans by OTLP. */
export class Tracing extends pulumi.ComponentResource {
  /** Done once it takes spans. */
  readonly ready: pulumi.Resource;

  constructor(name: string, settings: TracingSettings, opts: pulumi.ResourceOptions) {
    super("bramble:platform:Tracing", name, {}, opts);
    const namespace = createNamespace(tracingNamespace, "restricted", inheritOptions(this, opts));
    const jaeger = new SmallService(
      "jaeger",
      jaegerService(settings),
      inheritOptions(this, opts, [namespace]),
    );
    this.ready = jaeger.deployment;
    this.registerOutputs({});
  }
}
