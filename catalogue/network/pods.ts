import { type ChartRow, charts } from "../charts";
import type { Pods } from "./types";

const name = "app.kubernetes.io/name";
const component = "app.kubernetes.io/component";

/** Pods of a chart by the name they carry, and their component where several share the name. */
function of({ namespace }: Pick<ChartRow, "namespace">, app: string, role?: string): Pods {
  return {
    name: role ?? app,
    namespace,
    labels: { [name]: app, ...(role !== undefined && { [component]: role }) },
  };
}

const { argoCd, certManager, kubePrometheusStack, metallb } = charts;
const tracing = { namespace: "tracing" };
const ops = { namespace: "ops" };
const operator = "kube-prometheus-stack-prometheus-operator";

/** All pods that some flow is for. A new one is a row here and its flows in `flows.ts`. */
export const pods = {
  traefik: of(charts.traefik, "traefik"),
  // Fetches a chart's definitions and applies them.
  traefikDefinitions: of(charts.traefik, "traefik-definitions", "definitions"),
  metallbController: of(metallb, "metallb", "controller"),
  certManager: of(certManager, "cert-manager"),
  certManagerWebhook: of(certManager, "webhook"),
  certManagerInjector: of(certManager, "cainjector"),
  certManagerCheck: of(certManager, "startupapicheck"),
  prometheus: of(kubePrometheusStack, "prometheus"),
  alertmanager: of(kubePrometheusStack, "alertmanager"),
  grafana: of(kubePrometheusStack, "grafana"),
  kubeStateMetrics: of(kubePrometheusStack, "kube-state-metrics"),
  operator: of(kubePrometheusStack, operator, "prometheus-operator"),
  operatorCertificates: of(kubePrometheusStack, operator, "prometheus-operator-webhook"),
  // Its pods carry no label but those of every Job.
  operatorDefinitions: {
    name: "kube-prometheus-stack-crds-upgrade",
    namespace: kubePrometheusStack.namespace,
    labels: { "batch.kubernetes.io/job-name": "kube-prometheus-stack-crds-upgrade" },
  },
  loki: of(charts.loki, "loki"),
  alloy: of(charts.alloy, "alloy"),
  argoController: of(argoCd, "argocd-application-controller"),
  argoServer: of(argoCd, "argocd-server"),
  argoRepository: of(argoCd, "argocd-repo-server"),
  argoApplicationSets: of(argoCd, "argocd-applicationset-controller"),
  argoNotifications: of(argoCd, "argocd-notifications-controller"),
  argoRedis: of(argoCd, "argocd-redis"),
  argoRedisSecret: of(argoCd, "argocd-redis-secret-init"),
  jaeger: of(tracing, "jaeger"),
  blackbox: of(ops, "blackbox-exporter"),
  statusPage: of(ops, "status-page"),
  coreDns: { name: "coredns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
} as const satisfies Record<string, Pods>;

/** What asks every app whether it works, and so has to reach it. */
export const appProbers: readonly Pods[] = [pods.blackbox, pods.statusPage];
