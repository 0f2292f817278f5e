import type { Route } from "../ingress/settings";
import { appMetadata, selectorLabels } from "./metadata";
import type { AppSettings } from "./settings";

/** The app's web interface as the ingress serves it. */
export function appRoute(app: AppSettings): Route {
  const { row, stack, wiredLogin } = app;
  const { labels, annotations } = appMetadata(app);
  const [{ number }] = row.ports;
  return {
    ...row.access,
    authentication: wiredLogin ? "own" : row.access.authentication,
    host: row.name,
    namespace: stack.namespace,
    backend: { service: row.name, port: number },
    pods: { labels: selectorLabels(stack, row.name), port: number },
    description: row.description,
    labels,
    annotations,
    webPath: row.webPath,
  };
}
