import type { batch, core, networking } from "@pulumi/kubernetes/types/input";
import { mediaPath } from "../../catalogue/apps/mediaLinks";
import { images } from "../../catalogue/images";
import type { MediaConfig } from "../../config/schema";
import { toClusterDns } from "../namespace/clusterDns";
import { leastPrivilege } from "../podSecurity";
import { checksum } from "./checksum";
import { mediaAppSettings, mediaStackSettings } from "./mediaSettings";
import { selectorLabels, sharedMetadata } from "./metadata";
import { toApps } from "./renderNetworkPolicy";
import type { AppSettings, StackSettings } from "./settings";
import {
  awaitedMetadata,
  renderToolAccount,
  scriptRunner,
  scriptsVolume,
  type Tool,
  toolMetadata,
  toolUser,
} from "./toolMetadata";
import { loginSecret, scriptsPath, wiringName } from "./toolNames";
import { keyVariable } from "./wiring/spec.ts";
import { wiringScripts } from "./wiringScripts";
import { plexPath, wiringSpec } from "./wiringSpec";

const tool: Tool = {
  name: wiringName,
  component: "wiring",
  description: "Tells the apps each other's addresses and keys",
  version: images.node.tag,
};

/** The scripts, and what they are to do: no secret is in it. */
export function renderWiringConfig(media: MediaConfig) {
  const stack = mediaStackSettings(media);
  return {
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: {
      ...sharedMetadata(stack, wiringName, "Scripts that wire the apps, and what they declare"),
      namespace: stack.namespace,
    },
    data: {
      ...wiringScripts(),
      "wiring.json": `${JSON.stringify(wiringSpec(media), null, 2)}\n`,
    },
  } satisfies core.v1.ConfigMap;
}

function keys(stack: StackSettings, apps: readonly AppSettings[], withLogin: boolean) {
  const reference = (name: string, secret: string, key: string) => ({
    name: keyVariable(name),
    valueFrom: { secretKeyRef: { name: secret, key } },
  });
  return [
    ...apps.flatMap(({ row }) =>
      row.secrets
        .filter(({ optional }) => optional !== true)
        .map(({ key }) => reference(row.name, stack.secretName, key)),
    ),
    ...(withLogin ? [reference("web", loginSecret.name, loginSecret.key)] : []),
  ];
}

/** Plex's folder of settings, to read: its token is in there once it is claimed. */
function plexVolume(apps: readonly AppSettings[]) {
  const plex = apps.find(({ row }) => row.name === "plex");
  if (plex === undefined) return undefined;
  const { claim, folder } = plex.configVolume;
  return {
    volume: { name: "plex", persistentVolumeClaim: { claimName: claim, readOnly: true } },
    mount: {
      ...{ name: "plex", mountPath: plexPath, readOnly: true },
      ...(folder !== undefined && { subPath: folder }),
    },
  };
}

/** Without a checksum of secrets: the component adds it. */
function jobSpec(media: MediaConfig) {
  const stack = mediaStackSettings(media);
  const apps = mediaAppSettings(media);
  const plex = plexVolume(apps);
  const { labels } = toolMetadata(stack, tool);
  return {
    backoffLimit: 2,
    activeDeadlineSeconds: 1800,
    template: {
      metadata: {
        labels,
        annotations: { "checksum/config": checksum(renderWiringConfig(media).data) },
      },
      spec: {
        serviceAccountName: wiringName,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        restartPolicy: "Never",
        securityContext: {
          ...toolUser(stack),
          fsGroup: stack.groupId,
          fsGroupChangePolicy: "OnRootMismatch",
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name: "wiring",
            ...scriptRunner,
            command: ["node", `${scriptsPath}/main.ts`, scriptsPath],
            env: keys(stack, apps, media.login.method === "forms"),
            resources: {
              requests: { cpu: "20m", memory: "64Mi" },
              limits: { cpu: "1", memory: "192Mi" },
            },
            terminationMessagePolicy: "FallbackToLogsOnError",
            securityContext: leastPrivilege,
            volumeMounts: [
              { name: scriptsVolume.name, mountPath: scriptsPath, readOnly: true },
              { name: "media", mountPath: mediaPath },
              ...(plex === undefined ? [] : [plex.mount]),
            ],
          },
        ],
        volumes: [
          scriptsVolume,
          { name: "media", persistentVolumeClaim: { claimName: stack.mediaClaim } },
          ...(plex === undefined ? [] : [plex.volume]),
        ],
      },
    },
  } satisfies batch.v1.JobSpec;
}

/**
 * The run after each deployment. No time to live is set: a Job that is deleted behind their backs is
 * one that Pulumi and Argo CD make again.
 */
export function renderWiringJob(media: MediaConfig) {
  return {
    apiVersion: "batch/v1" as const,
    kind: "Job" as const,
    metadata: awaitedMetadata(mediaStackSettings(media), tool),
    spec: jobSpec(media),
  } satisfies batch.v1.Job;
}

/** The run by the clock: it mends what was undone, and goes on once a person did his part. */
export function renderWiringCronJob(media: MediaConfig) {
  const stack = mediaStackSettings(media);
  return {
    apiVersion: "batch/v1" as const,
    kind: "CronJob" as const,
    metadata: toolMetadata(stack, { ...tool, name: `${wiringName}-regular` }),
    spec: {
      schedule: media.wiring.schedule,
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: { labels: toolMetadata(stack, tool).labels }, spec: jobSpec(media) },
    },
  } satisfies batch.v1.CronJob;
}

/** The identity of both. */
export function renderWiringAccount(media: MediaConfig) {
  return renderToolAccount(mediaStackSettings(media), tool);
}

/** Lets the wiring reach the apps' web ports, and nothing else; nothing reaches it. */
export function renderWiringPolicy(media: MediaConfig) {
  const stack = mediaStackSettings(media);
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: toolMetadata(stack, tool),
    spec: {
      podSelector: { matchLabels: selectorLabels(stack, wiringName) },
      // Nobody may come in. An empty list would say so too, and differ each time it is applied.
      policyTypes: ["Ingress", "Egress"],
      egress: [toClusterDns, ...toApps(stack, mediaAppSettings(media))],
    },
  } satisfies networking.v1.NetworkPolicy;
}
