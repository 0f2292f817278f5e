import { charts } from "./charts";

/** A path that checks a key of its own, so that tools outside get in by it without the gate. */
export interface KeyedPath {
  readonly path: string;
  /** `Prefix` wants a slash at the end: Traefik compares letters, not path elements. */
  readonly type: "Exact" | "Prefix";
}

/** How a web interface is reached through the ingress. */
export interface WebAccess {
  /**
   * Who asks for credentials. `own`: the service itself does, always. `gate`: the ingress does, since
   * the service would let anyone in. `public`: nobody, as it shows nothing that only some may see.
   */
  readonly authentication: "own" | "gate" | "public";
  /** Paths that lead past the gate. */
  readonly keyedPaths?: readonly KeyedPath[];
  /** Host name the service is told instead of the one that people use, where it answers to one only. */
  readonly hostHeader?: string;
}

/** A web interface of the platform, which is reached at `https://<host>.<network.domain>`. */
export interface RouteRow extends WebAccess {
  readonly host: string;
  /** What brings it: a key of the platform's settings. The route is there when that is installed. */
  readonly part: "traefik" | "kubePrometheusStack" | "argoCd" | "tracing";
  readonly namespace: string;
  /** Where requests go: a Service's port, or the ingress controller's own dashboard. */
  readonly backend: { readonly service: string; readonly port: number } | "dashboard";
  /** The pods behind the Service, and the port of theirs. */
  readonly pods: { readonly labels: Readonly<Record<string, string>>; readonly port: number };
  /** One sentence for people. */
  readonly description: string;
}

const monitoring = charts.kubePrometheusStack.namespace;

function named(name: string): Readonly<Record<string, string>> {
  return { "app.kubernetes.io/name": name };
}

/** Every web interface of the platform. To expose another one, add a row. */
export const routes: readonly RouteRow[] = [
  {
    host: "grafana",
    part: "kubePrometheusStack",
    namespace: monitoring,
    backend: { service: "kube-prometheus-stack-grafana", port: 80 },
    pods: { labels: named("grafana"), port: 3000 },
    authentication: "own",
    description: "Dashboards and logs",
  },
  {
    host: "prometheus",
    part: "kubePrometheusStack",
    namespace: monitoring,
    backend: { service: "kube-prometheus-stack-prometheus", port: 9090 },
    pods: { labels: named("prometheus"), port: 9090 },
    authentication: "gate",
    description: "Metrics, rules and targets",
  },
  {
    host: "alertmanager",
    part: "kubePrometheusStack",
    namespace: monitoring,
    backend: { service: "kube-prometheus-stack-alertmanager", port: 9093 },
    pods: { labels: named("alertmanager"), port: 9093 },
    authentication: "gate",
    description: "Firing alerts and silences",
  },
  {
    host: "argocd",
    part: "argoCd",
    namespace: charts.argoCd.namespace,
    backend: { service: "argocd-server", port: 80 },
    pods: { labels: named("argocd-server"), port: 8080 },
    authentication: "own",
    description: "Deployments from Git",
  },
  {
    host: "traefik",
    part: "traefik",
    namespace: charts.traefik.namespace,
    backend: "dashboard",
    pods: { labels: named("traefik"), port: 8080 },
    authentication: "gate",
    description: "Routes, services and certificates of the ingress",
  },
  {
    host: "jaeger",
    part: "tracing",
    namespace: "tracing",
    backend: { service: "jaeger", port: 16686 },
    pods: { labels: named("jaeger"), port: 16686 },
    authentication: "gate",
    description: "Traces",
  },
];
