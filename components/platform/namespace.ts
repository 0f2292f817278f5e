import { Namespace } from "@pulumi/kubernetes/core/v1";
import type { ResourceOptions } from "@pulumi/pulumi";
import type { PodSecurityLevel } from "../../catalogue/charts";
import { podSecurityLabels } from "../podSecurity";

/** A namespace with its Pod Security labels. */
export function createNamespace(
  name: string,
  level: PodSecurityLevel,
  options: ResourceOptions,
): Namespace {
  return new Namespace(name, { metadata: { name, labels: podSecurityLabels(level) } }, options);
}
