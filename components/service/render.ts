import type { apps, core } from "@pulumi/kubernetes/types/input";
import { imageReference } from "../../catalogue/images";
import { checksum } from "../workload/checksum";
import { leastPrivilege } from "../podSecurity";
import { reach } from "./reach";
import type { ServiceSettings } from "./settings";

function selectorLabels({ name, partOf }: ServiceSettings) {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": partOf };
}

/** Name, namespace, labels and annotations of all objects of a service. */
function serviceMetadata(service: ServiceSettings) {
  return {
    name: service.name,
    namespace: service.namespace,
    labels: {
      ...selectorLabels(service),
      "app.kubernetes.io/component": service.component,
      "app.kubernetes.io/version": service.image.tag,
      "app.kubernetes.io/managed-by": "pulumi",
    },
    annotations: { description: service.description },
  };
}

/** Its identity, without a token: it does not talk to the Kubernetes API. */
export function renderServiceAccount(service: ServiceSettings) {
  return {
    apiVersion: "v1" as const,
    kind: "ServiceAccount" as const,
    metadata: serviceMetadata(service),
    automountServiceAccountToken: false,
  } satisfies core.v1.ServiceAccount;
}

/** Its configuration. */
export function renderConfigMap(service: ServiceSettings) {
  return {
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: serviceMetadata(service),
    data: { ...service.files },
  } satisfies core.v1.ConfigMap;
}

/** Its volume, of the cluster's default class; nothing where it keeps no data. */
export function renderClaim(service: ServiceSettings) {
  if (service.data === undefined) return undefined;
  const metadata = serviceMetadata(service);
  return {
    apiVersion: "v1" as const,
    kind: "PersistentVolumeClaim" as const,
    metadata: {
      ...metadata,
      // A class may bind at first use only.
      annotations: { ...metadata.annotations, "pulumi.com/skipAwait": "true" },
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: service.data.size } },
    },
  } satisfies core.v1.PersistentVolumeClaim;
}

/** The Service in front of its pod: on its own address where it has one. */
export function renderService(service: ServiceSettings) {
  const { annotations, spec } = reach(service.address);
  const metadata = serviceMetadata(service);
  return {
    apiVersion: "v1" as const,
    kind: "Service" as const,
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        ...annotations,
      },
    },
    spec: {
      ...spec,
      selector: selectorLabels(service),
      ports: service.ports.map(({ name, number }) => ({ name, port: number, targetPort: name })),
    },
  } satisfies core.v1.Service;
}

function volumes({ name, data }: ServiceSettings): core.v1.Volume[] {
  const config = { name: "config", configMap: { name } };
  const kept = { name: "data", persistentVolumeClaim: { claimName: name } };
  return data === undefined ? [config] : [config, kept];
}

function volumeMounts({ configPath, data }: ServiceSettings): core.v1.VolumeMount[] {
  const config = { name: "config", mountPath: configPath, readOnly: true };
  return data === undefined ? [config] : [config, { name: "data", mountPath: data.path }];
}

function container(service: ServiceSettings): core.v1.Container {
  const { path, port } = service.health;
  const httpGet = { path, port };
  return {
    name: service.name,
    image: imageReference(service.image),
    imagePullPolicy: "IfNotPresent",
    args: [...service.args],
    env: Object.entries(service.environment ?? {}).map(([name, value]) => ({ name, value })),
    ports: service.ports.map(({ name, number }) => ({ name, containerPort: number })),
    resources: { requests: { ...service.requests }, limits: { memory: service.memoryLimit } },
    // A card reads back what was not written in time for minutes after a power cut.
    startupProbe: { httpGet, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 },
    livenessProbe: { httpGet, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 4 },
    readinessProbe: { httpGet, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    securityContext: leastPrivilege,
    volumeMounts: volumeMounts(service),
  };
}

/** Its Deployment: one pod, replaced and never run twice, since its data is one process's. */
export function renderDeployment(service: ServiceSettings) {
  const metadata = serviceMetadata(service);
  return {
    apiVersion: "apps/v1" as const,
    kind: "Deployment" as const,
    metadata,
    spec: {
      replicas: 1,
      revisionHistoryLimit: 3,
      strategy: { type: "Recreate" },
      selector: { matchLabels: selectorLabels(service) },
      template: {
        metadata: {
          labels: metadata.labels,
          annotations: { "checksum/config": checksum(service.files) },
        },
        spec: {
          serviceAccountName: service.name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: service.userId,
            runAsGroup: service.userId,
            fsGroup: service.userId,
            fsGroupChangePolicy: "OnRootMismatch",
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [container(service)],
          volumes: volumes(service),
        },
      },
    },
  } satisfies apps.v1.Deployment;
}
