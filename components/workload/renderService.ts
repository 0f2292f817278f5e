import type { core } from "@pulumi/kubernetes/types/input";
import { appMetadata, awaitAnnotations, selectorLabels } from "./metadata";
import type { AppSettings } from "./settings";

/** The Service of an app: on its own address where it has one, else inside the cluster only. */
export function renderService(app: AppSettings) {
  const { row, stack, address } = app;
  const metadata = appMetadata(app);
  return {
    apiVersion: "v1" as const,
    kind: "Service" as const,
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        ...(address !== undefined && { "metallb.io/loadBalancerIPs": address }),
        ...awaitAnnotations(stack.awaitReady),
      },
    },
    spec: {
      type: address === undefined ? "ClusterIP" : "LoadBalancer",
      // MetalLB needs none, and each would be a port on every host.
      ...(address !== undefined && { allocateLoadBalancerNodePorts: false }),
      selector: selectorLabels(stack, row.name),
      ports: row.ports.map(({ name, number, protocol }) => ({
        name,
        port: number,
        targetPort: name,
        protocol,
      })),
    },
  } satisfies core.v1.Service;
}
