import type { core } from "@pulumi/kubernetes/types/input";
import { type Image, imageReference, images } from "../../../catalogue/images";
import { leastPrivilege } from "../../podSecurity";
import {
  exportPath,
  homePath,
  passwordFile,
  passwordKey,
  secretKeys,
  secretsPath,
} from "./repository";
import { type AppBackupSettings, sharedName } from "./settings";

/** A container of a job and what it does. */
export interface Step {
  readonly name: string;
  readonly image: Image;
  readonly command: readonly string[];
  readonly mounts: readonly core.v1.VolumeMount[];
}

const scriptsPath = "/scripts";

/** A step that runs `app-configs.sh` in restic's image. */
export function resticStep(
  { repository }: AppBackupSettings,
  name: string,
  args: readonly string[],
  mounts: readonly core.v1.VolumeMount[],
): Step {
  return {
    name,
    image: images.restic,
    command: ["sh", `${scriptsPath}/app-configs.sh`, ...args],
    mounts: [
      ...mounts,
      { name: "secrets", mountPath: secretsPath, readOnly: true },
      ...(repository.nfs === undefined ? [] : [{ name: "repository", mountPath: exportPath }]),
      ...(repository.ssh === undefined
        ? []
        : [
            { name: "ssh", mountPath: `${homePath}/.ssh`, readOnly: true },
            // ssh ends at once for a user that has no line there.
            { name: "users", mountPath: "/etc/passwd", subPath: "users", readOnly: true },
          ]),
    ],
  };
}

/** A step that runs `databases.py`. */
export function databaseStep(
  name: string,
  args: readonly string[],
  mounts: readonly core.v1.VolumeMount[],
): Step {
  return {
    ...{ name, mounts },
    image: images.python,
    command: ["python3", `${scriptsPath}/databases.py`, ...args],
  };
}

function environment({ repository }: AppBackupSettings): core.v1.EnvVar[] {
  const plain = {
    RESTIC_REPOSITORY: repository.location,
    RESTIC_PASSWORD_FILE: `${secretsPath}/${passwordFile}`,
    RESTIC_CACHE_DIR: "/tmp/cache",
    // Twice the time for a third of the memory: nobody waits for it.
    GOGC: "25",
    GOMAXPROCS: "2",
    ...repository.environment,
  };
  return [
    ...Object.entries(plain).map(([name, value]) => ({ name, value })),
    ...Object.entries(repository.secretVariables).map(([name, key]) => ({
      name,
      valueFrom: { secretKeyRef: { name: sharedName, key } },
    })),
  ];
}

function container(settings: AppBackupSettings, step: Step): core.v1.Container {
  const usesRestic = step.image === images.restic;
  return {
    name: step.name,
    image: imageReference(step.image),
    imagePullPolicy: "IfNotPresent",
    command: [...step.command],
    ...(usesRestic && { env: environment(settings) }),
    resources: {
      requests: { cpu: "10m", memory: "48Mi" },
      limits: { cpu: "1", memory: "512Mi" },
    },
    securityContext: leastPrivilege,
    volumeMounts: [
      ...step.mounts,
      { name: "scripts", mountPath: scriptsPath, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

/** The passwords as files: the present one, and those of before from the newest on. */
function passwordItems({ generation }: AppBackupSettings): core.v1.KeyToPath[] {
  const former = Array.from({ length: generation - 1 }, (_, index) => generation - 1 - index);
  return [
    { key: passwordKey(generation), path: passwordFile },
    ...former.map((number) => ({ key: passwordKey(number), path: `former-${String(number)}` })),
  ];
}

function sharedVolumes(settings: AppBackupSettings): core.v1.Volume[] {
  const { repository } = settings;
  const ofMap = (name: string, ...keys: string[]) => ({
    name,
    configMap: { name: sharedName, items: keys.map((key) => ({ key, path: key })) },
  });
  const { sshKey } = secretKeys;
  const opening = [
    ...passwordItems(settings),
    ...(repository.ssh === undefined ? [] : [{ key: sshKey, path: sshKey }]),
  ];
  return [
    ofMap("scripts", "app-configs.sh", "databases.py"),
    { name: "tmp", emptyDir: {} },
    { name: "secrets", secret: { secretName: sharedName, defaultMode: 0o440, items: opening } },
    ...(repository.nfs === undefined
      ? []
      : [{ name: "repository", persistentVolumeClaim: { claimName: sharedName } }]),
    ...(repository.ssh === undefined
      ? []
      : [ofMap("ssh", "config", "known_hosts"), ofMap("users", "users")]),
  ];
}

/** A pod that does its steps one after the other, as the user who owns the apps' files. */
export function renderPod(
  settings: AppBackupSettings,
  steps: readonly Step[],
  volumes: readonly core.v1.Volume[],
) {
  const containers = steps.map((step) => container(settings, step));
  return {
    serviceAccountName: sharedName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    securityContext: {
      ...(settings.userId !== 0 && { runAsNonRoot: true }),
      runAsUser: settings.userId,
      runAsGroup: settings.groupId,
      fsGroup: settings.groupId,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    initContainers: containers.slice(0, -1),
    containers: containers.slice(-1),
    volumes: [...volumes, ...sharedVolumes(settings)],
  } satisfies core.v1.PodSpec;
}
