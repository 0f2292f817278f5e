import type { apps, core } from "@pulumi/kubernetes/types/input";
import { imageReference } from "../../catalogue/images";
import { checksum } from "./checksum";
import { appMetadata, awaitAnnotations, selectorLabels } from "./metadata";
import { initContainers, needsPreparing } from "./initContainers";
import { containerSecurityContext, podSecurityContext } from "./securityContext";
import type { AppSettings } from "./settings";
import { needsOwnRun, volumeMounts, volumes } from "./volumes";

/** Pod annotation with a digest of the common environment: a change of it restarts the app. */
const configChecksum = "checksum/config";

function environment(app: AppSettings): core.v1.EnvVar[] {
  const { row, stack } = app;
  const plain = {
    ...row.environment,
    ...app.environment,
    // emptyDir is world-writable, which s6 refuses for /run unless told that it is in Kubernetes.
    ...(needsOwnRun(app) && { S6_YES_I_WANT_A_WORLD_WRITABLE_RUN_BECAUSE_KUBERNETES: "1" }),
  };
  const secrets = row.secrets
    .filter(({ appliedBy }) => appliedBy === "environment")
    .map(({ key, variable, optional }) => ({
      name: variable,
      valueFrom: {
        secretKeyRef: { name: stack.secretName, key, ...(optional && { optional }) },
      },
    }));
  return [...Object.entries(plain).map(([name, value]) => ({ name, value })), ...secrets];
}

/**
 * Startup is patient: the first start on an SD card unpacks and migrates for minutes. Liveness
 * forgives stalls of the storage behind the config volume, since a restart would not mend them.
 */
function probes({ row }: AppSettings): Record<"startup" | "liveness" | "readiness", core.v1.Probe> {
  const httpGet = { path: row.health.path, port: row.ports[0].name };
  return {
    startup: { httpGet, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 120 },
    liveness: { httpGet, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 5 },
    readiness: { httpGet, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  };
}

/** Prefers nodes outside the control plane, and so leaves a small cluster free to use any. */
const awayFromEtcd: core.v1.Affinity = {
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        preference: {
          matchExpressions: [
            { key: "node-role.kubernetes.io/etcd", operator: "DoesNotExist" },
            { key: "node-role.kubernetes.io/control-plane", operator: "DoesNotExist" },
          ],
        },
      },
    ],
  },
};

/** Less who manages the Deployment: pods must not restart when another takes it over. */
function podLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const { "app.kubernetes.io/managed-by": _manager, ...rest } = labels;
  return rest;
}

/** The Deployment of an app: one pod, which owns its database and so is never run twice. */
export function renderDeployment(app: AppSettings) {
  const { row, stack } = app;
  const metadata = appMetadata(app);
  const { startup, liveness, readiness } = probes(app);
  const { resource, nodeLabels = {} } = app.device ?? {};
  const device = resource === undefined ? {} : { [resource]: "1" };
  return {
    apiVersion: "apps/v1" as const,
    kind: "Deployment" as const,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, ...awaitAnnotations(stack.awaitReady) },
    },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 3,
      strategy: { type: "Recreate" },
      selector: { matchLabels: selectorLabels(stack, row.name) },
      template: {
        metadata: {
          labels: podLabels(metadata.labels),
          annotations: { [configChecksum]: checksum(stack.commonConfig.data) },
        },
        spec: {
          serviceAccountName: row.name,
          automountServiceAccountToken: false,
          // `<SERVICE>_PORT=tcp://…` variables clash with settings that the apps read.
          enableServiceLinks: false,
          // SABnzbd answers to its host name only: this makes `http://sabnzbd:8080` work.
          hostname: row.name,
          terminationGracePeriodSeconds: 60,
          securityContext: podSecurityContext(app),
          ...(row.avoidsEtcd && { affinity: awayFromEtcd }),
          ...(needsPreparing(app) && { initContainers: initContainers(app) }),
          ...(Object.keys(nodeLabels).length > 0 && { nodeSelector: { ...nodeLabels } }),
          containers: [
            {
              name: row.name,
              image: imageReference(row.image),
              imagePullPolicy: "IfNotPresent",
              envFrom: [{ configMapRef: { name: stack.commonConfig.name } }],
              env: environment(app),
              ports: row.ports.map(({ name, number, protocol }) => ({
                name,
                containerPort: number,
                protocol,
              })),
              resources: { requests: { ...row.requests }, limits: { ...row.limits, ...device } },
              startupProbe: startup,
              livenessProbe: liveness,
              readinessProbe: readiness,
              securityContext: containerSecurityContext(app),
              volumeMounts: volumeMounts(app),
            },
          ],
          volumes: volumes(app),
        },
      },
    },
  } satisfies apps.v1.Deployment;
}
