import type { batch, core, networking } from "@pulumi/kubernetes/types/input";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { images } from "../../../catalogue/images";
import { selectorLabels } from "../../workload/metadata";
import { toClusterDns } from "../../namespace/clusterDns";
import type { AppSettings } from "../../workload/settings";
import { excludedPatterns } from "./excluded";
import { databaseStep, renderPod, resticStep } from "./renderPod";
import { homePath } from "./repository";
import { type AppBackupSettings, backupJobName, sharedName, verifyJobName } from "./settings";

const backupPath = "/backup";
const configPath = `${backupPath}/config`;
const scratchPath = "/scratch";

function labels(name: string) {
  return {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/component": "backup",
    "app.kubernetes.io/part-of": sharedName,
    "app.kubernetes.io/version": images.restic.tag,
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

function metadata({ namespace }: AppBackupSettings, name: string, description: string) {
  return { name, namespace, labels: labels(name), annotations: { description } };
}

/** The identity of the jobs, without a token: none of them talks to the Kubernetes API. */
export function renderServiceAccount(settings: AppBackupSettings) {
  return {
    apiVersion: "v1" as const,
    kind: "ServiceAccount" as const,
    metadata: metadata(settings, sharedName, "Copies of the apps' configurations"),
    automountServiceAccountToken: false,
  } satisfies core.v1.ServiceAccount;
}

const script = (name: string): string => readFileSync(join(__dirname, "container", name), "utf8");

/** Scripts, what each app has no copies of, and how ssh is told. */
export function renderConfigMap(settings: AppBackupSettings) {
  const { apps, repository, userId, groupId } = settings;
  const patterns = apps.map(({ row: { name } }) => [
    `${name}.patterns`,
    excludedPatterns(name, configPath),
  ]);
  const ssh = repository.ssh && {
    config: repository.ssh.config,
    known_hosts: repository.ssh.knownHosts,
    users: `backup:x:${String(userId)}:${String(groupId)}::${homePath}:/sbin/nologin\n`,
  };
  return {
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: metadata(settings, sharedName, "How the apps' configurations are copied"),
    data: {
      "app-configs.sh": script("app-configs.sh"),
      "databases.py": script("databases.py"),
      ...(Object.fromEntries(patterns) as Record<string, string>),
      ...ssh,
    },
  } satisfies core.v1.ConfigMap;
}

/** What the jobs may reach: names, and the port of the store. An export is mounted by the node. */
export function renderNetworkPolicy(settings: AppBackupSettings) {
  const { port } = settings.repository;
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: metadata(settings, sharedName, "Lets copies out to where they are kept"),
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/part-of": sharedName } },
      policyTypes: ["Ingress", "Egress"],
      egress:
        port === undefined ? [] : [toClusterDns, { ports: [{ port, protocol: "TCP" as const }] }],
    },
  } satisfies networking.v1.NetworkPolicy;
}

/** The export as a volume and its claim; nothing where copies go elsewhere. */
export function renderExport(settings: AppBackupSettings) {
  const { nfs } = settings.repository;
  if (nfs === undefined) return undefined;
  const name = `${settings.namespace}-${sharedName}`;
  const size = { storage: "1Gi" };
  const accessModes = ["ReadWriteMany"];
  const about = metadata(settings, sharedName, "Where the apps' configurations are copied to");
  const { namespace: _none, ...clusterWide } = { ...about, name };
  return {
    volume: {
      apiVersion: "v1" as const,
      kind: "PersistentVolume" as const,
      metadata: clusterWide,
      spec: {
        ...{ accessModes, capacity: size, storageClassName: "" },
        persistentVolumeReclaimPolicy: "Retain",
        mountOptions: ["nfsvers=4.1", "hard"],
        nfs: { ...nfs },
        claimRef: { name: sharedName, namespace: settings.namespace },
      },
    } satisfies core.v1.PersistentVolume,
    claim: {
      apiVersion: "v1" as const,
      kind: "PersistentVolumeClaim" as const,
      metadata: {
        ...about,
        annotations: { ...about.annotations, "pulumi.com/skipAwait": "true" },
      },
      spec: {
        accessModes,
        storageClassName: "",
        volumeName: name,
        resources: { requests: size },
      },
    } satisfies core.v1.PersistentVolumeClaim,
  };
}

interface JobParts<Pod> {
  readonly name: string;
  readonly description: string;
  readonly schedule: string;
  readonly pod: Pod;
  readonly deadlineSeconds: number;
}

function cronJob<Pod extends core.v1.PodSpec>(settings: AppBackupSettings, parts: JobParts<Pod>) {
  const { name, description, schedule, pod, deadlineSeconds } = parts;
  return {
    apiVersion: "batch/v1" as const,
    kind: "CronJob" as const,
    metadata: metadata(settings, name, description),
    spec: {
      schedule,
      timeZone: settings.timeZone,
      concurrencyPolicy: "Forbid",
      // A cluster that was off at that hour catches up within the day.
      startingDeadlineSeconds: 12 * 3600,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 2,
      jobTemplate: {
        metadata: { labels: labels(name) },
        spec: {
          backoffLimit: 2,
          activeDeadlineSeconds: deadlineSeconds,
          ttlSecondsAfterFinished: 3 * 24 * 3600,
          template: { metadata: { labels: labels(name) }, spec: pod },
        },
      },
    },
  } satisfies batch.v1.CronJob;
}

/** Minutes between the copies of two apps. */
const minutesApart = 5;

function startOf({ hour }: AppBackupSettings, index: number): string {
  const minutes = index * minutesApart;
  return `${String(minutes % 60)} ${String((hour + Math.floor(minutes / 60)) % 24)}`;
}

/**
 * The nightly copy of an app's configuration. The app goes on: its databases are copied by SQLite's
 * own means, which takes a process on the same node.
 */
export function renderBackup(settings: AppBackupSettings, app: AppSettings, index: number) {
  const { row, stack, configVolume } = app;
  const { daily, weekly, monthly } = settings.keep;
  const config: core.v1.VolumeMount = {
    ...{ name: "config", mountPath: configPath },
    ...(configVolume.folder !== undefined && { subPath: configVolume.folder }),
  };
  const copies = { name: "copies", mountPath: backupPath };
  const databases = `${backupPath}/databases`;
  const excluded = `${backupPath}/excluded`;
  const patterns = {
    ...{ name: "patterns", mountPath: `${backupPath}/patterns` },
    ...{ subPath: "patterns", readOnly: true },
  };
  const pod = renderPod(
    settings,
    [
      databaseStep("databases", ["copy", configPath, databases, excluded], [copies, config]),
      resticStep(
        settings,
        "restic",
        ["save", row.name, settings.cluster, ...[daily, weekly, monthly].map(String)],
        [copies, { ...config, readOnly: true }, patterns],
      ),
    ],
    [
      { name: "config", persistentVolumeClaim: { claimName: configVolume.claim } },
      { name: "copies", emptyDir: {} },
      {
        name: "patterns",
        configMap: {
          name: sharedName,
          items: [{ key: `${row.name}.patterns`, path: "patterns" }],
        },
      },
    ],
  );
  return cronJob(settings, {
    name: backupJobName(row.name),
    description: `Copies the configuration of ${row.name}`,
    schedule: `${startOf(settings, index)} * * *`,
    deadlineSeconds: 3600,
    pod: {
      ...pod,
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              labelSelector: { matchLabels: selectorLabels(stack, row.name) },
              topologyKey: "kubernetes.io/hostname",
            },
          ],
        },
      },
    },
  });
}

/**
 * The weekly trial: frees space, reads a tenth of the repository back, restores the newest copy of
 * every app into a scratch folder, and has SQLite look at each database in it.
 */
export function renderVerify(settings: AppBackupSettings) {
  const names = settings.apps.map(({ row }) => row.name);
  const scratch = { name: "scratch", mountPath: scratchPath };
  const pod = renderPod(
    settings,
    [
      resticStep(settings, "upkeep", ["upkeep"], []),
      resticStep(settings, "fetch", ["fetch", settings.cluster, "latest", ...names], [scratch]),
      databaseStep("databases", ["check", scratchPath], [scratch]),
    ],
    [{ name: "scratch", emptyDir: {} }],
  );
  return cronJob(settings, {
    name: verifyJobName,
    description: "Restores every app's configuration for a trial",
    schedule: `${startOf(settings, names.length + 12)} * * 0`,
    deadlineSeconds: 3 * 3600,
    pod,
  });
}

/**
 * Puts a copy back into an app's volume, while the app is stopped. The copy is fetched and looked at
 * first: unless all of it is whole, the volume stays as it is.
 *
 * @param snapshot restic's id of a copy, or `latest`.
 * @param job name of the job.
 * @throws Error when the app is none of the stack's.
 */
export function renderRestore(
  settings: AppBackupSettings,
  app: string,
  snapshot: string,
  job: string,
) {
  const found = settings.apps.find(({ row }) => row.name === app);
  if (found === undefined) throw new Error(`${app} is no app of this stack`);
  const { claim, folder } = found.configVolume;
  const scratch = { name: "scratch", mountPath: scratchPath };
  const live = {
    ...{ name: "config", mountPath: "/config" },
    ...(folder !== undefined && { subPath: folder }),
  };
  const pod = renderPod(
    settings,
    [
      resticStep(settings, "fetch", ["fetch", settings.cluster, snapshot, app], [scratch]),
      databaseStep("databases", ["check", `${scratchPath}/${app}`], [scratch]),
      resticStep(settings, "put", ["put", app], [scratch, live]),
    ],
    [
      { name: "config", persistentVolumeClaim: { claimName: claim } },
      { name: "scratch", emptyDir: {} },
    ],
  );
  return {
    apiVersion: "batch/v1" as const,
    kind: "Job" as const,
    metadata: metadata(settings, job, `Puts a copy of the configuration of ${app} back`),
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 3600,
      ttlSecondsAfterFinished: 3 * 24 * 3600,
      template: { metadata: { labels: labels(job) }, spec: pod },
    },
  } satisfies batch.v1.Job;
}
