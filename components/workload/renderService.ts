import type { core } from "@pulumi/kubernetes/types/input";
import { reach } from "../service/reach";
import { appMetadata, awaitAnnotations, selectorLabels } from "./metadata";
import type { AppSettings } from "./settings";

/** The Service of an app: on its own address where it has one, else inside the cluster only. */
export function renderService(app: AppSettings) {
  const { row, stack, address } = app;
  const metadata = appMetadata(app);
  const { annotations, spec } = reach(address);
  return {
    apiVersion: "v1" as const,
    kind: "Service" as const,
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        ...annotations,
        ...awaitAnnotations(stack.awaitReady),
      },
    },
    spec: {
      ...spec,
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
