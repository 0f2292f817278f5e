import type { apps, core, networking } from "@pulumi/kubernetes/types/input";
import { type ExporterRow, mediaExporters } from "../../catalogue/apps/mediaExporters";
import { imageReference, images } from "../../catalogue/images";
import type { MediaConfig } from "../../config/schema";
import { toClusterDns } from "../namespace/clusterDns";
import { leastPrivilege } from "../podSecurity";
import { mediaAppSettings, mediaStackSettings } from "./mediaSettings";
import { selectorLabels } from "./metadata";
import { toApps } from "./renderNetworkPolicy";
import type { StackSettings } from "./settings";
import { awaitedMetadata, renderToolAccount, type Tool, toolMetadata } from "./toolMetadata";
import { exportersName } from "./toolNames";

const tool: Tool = {
  name: exportersName,
  component: "exporter",
  description: "Turns the apps' figures into Prometheus metrics",
  version: images.exportarr.tag,
};

/** The user of images that bring none of their own. */
const nobody = 65532;

/** The exporters of the apps that are on. */
export function enabledExporters(media: MediaConfig): ExporterRow[] {
  return mediaExporters.filter(({ app }) => media.apps[app].enabled);
}

function container(stack: StackSettings, row: ExporterRow, webPort: number): core.v1.Container {
  const { app, port, healthPath, environment, addressVariable } = row;
  const probe =
    healthPath === undefined
      ? { tcpSocket: { port: app } }
      : { httpGet: { path: healthPath, port: app } };
  return {
    name: app,
    image: imageReference(row.image),
    imagePullPolicy: "IfNotPresent",
    ...(row.args.length > 0 && { args: [...row.args] }),
    env: [
      ...Object.entries({
        [addressVariable]: `http://${app}:${String(webPort)}`,
        ...environment,
      }).map(([name, value]) => ({ name, value })),
      {
        name: row.secretVariable,
        valueFrom: { secretKeyRef: { name: stack.secretName, key: row.secretKey } },
      },
    ],
    ports: [{ name: app, containerPort: port, protocol: "TCP" }],
    resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
    livenessProbe: { ...probe, periodSeconds: 60, timeoutSeconds: 5 },
    readinessProbe: { ...probe, periodSeconds: 30, timeoutSeconds: 5 },
    securityContext: leastPrivilege,
  };
}

/**
 * One pod with an exporter for each app: six pods would cost six times a pod's own overhead. One that
 * fails takes no other along.
 */
export function renderExporters(media: MediaConfig) {
  const stack = mediaStackSettings(media);
  const ports = new Map(mediaAppSettings(media).map(({ row }) => [row.name, row.ports[0].number]));
  const { labels } = toolMetadata(stack, tool);
  return {
    apiVersion: "apps/v1" as const,
    kind: "Deployment" as const,
    metadata: awaitedMetadata(stack, tool),
    spec: {
      replicas: 1,
      revisionHistoryLimit: 3,
      strategy: { type: "Recreate" },
      selector: { matchLabels: selectorLabels(stack, exportersName) },
      template: {
        metadata: { labels, annotations: {} },
        spec: {
          serviceAccountName: exportersName,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            ...{ runAsNonRoot: true, runAsUser: nobody, runAsGroup: nobody },
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: enabledExporters(media).map((row) =>
            container(stack, row, ports.get(row.app) ?? 0),
          ),
        },
      },
    },
  } satisfies apps.v1.Deployment;
}

/** The identity of the exporters. */
export function renderExportersAccount(media: MediaConfig) {
  return renderToolAccount(mediaStackSettings(media), tool);
}

/** Lets any namespace's Prometheus in, and the exporters out to their apps alone. */
export function renderExportersPolicy(media: MediaConfig) {
  const stack = mediaStackSettings(media);
  const rows = enabledExporters(media);
  const targets = mediaAppSettings(media).filter(({ row }) =>
    rows.some(({ app }) => app === row.name),
  );
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: toolMetadata(stack, tool),
    spec: {
      podSelector: { matchLabels: selectorLabels(stack, exportersName) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: {},
              podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
            },
          ],
          ports: rows.map(({ port }) => ({ port, protocol: "TCP" })),
        },
      ],
      egress: [toClusterDns, ...toApps(stack, targets)],
    },
  } satisfies networking.v1.NetworkPolicy;
}

/**
 * Has Prometheus collect from each exporter. `job` is the app's name, so that metrics that all
 * exporters share, such as `up`, say whose they are.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
export function renderPodMonitor(media: MediaConfig) {
  const stack = mediaStackSettings(media);
  const metadata = toolMetadata(stack, tool);
  return {
    apiVersion: "monitoring.coreos.com/v1" as const,
    kind: "PodMonitor" as const,
    metadata: { ...metadata, labels: { ...metadata.labels, ...media.exporters.labels } },
    spec: {
      selector: { matchLabels: selectorLabels(stack, exportersName) },
      podMetricsEndpoints: enabledExporters(media).map(({ app }) => ({
        port: app,
        path: "/metrics",
        interval: "2m",
        scrapeTimeout: "60s",
        relabelings: [{ action: "replace", targetLabel: "job", replacement: app }],
      })),
    },
  };
}
