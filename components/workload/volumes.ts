import type { core } from "@pulumi/kubernetes/types/input";
import { mediaPath } from "../../catalogue/apps/mediaLinks";
import { runsUnprivileged } from "./securityContext";
import type { AppSettings } from "./settings";
import { scriptsVolume } from "./toolMetadata";

interface MountedVolume {
  readonly volume: core.v1.Volume;
  readonly mount: Omit<core.v1.VolumeMount, "name">;
}

function mountedVolumes(app: AppSettings): MountedVolume[] {
  const { row, stack, configVolume } = app;
  const config: MountedVolume = {
    volume: { name: "config", persistentVolumeClaim: { claimName: configVolume.claim } },
    mount: {
      mountPath: row.configPath,
      ...(configVolume.folder !== undefined && { subPath: configVolume.folder }),
    },
  };
  // One path and one mount for all: a hard link from a download to the library works within a mount
  // only, and an app must find a file where another put it.
  const media: MountedVolume = {
    volume: { name: "media", persistentVolumeClaim: { claimName: stack.mediaClaim } },
    mount: { mountPath: mediaPath, ...(row.media === "read" && { readOnly: true }) },
  };
  // Unprivileged, s6 cannot make the image's root-owned /run its own.
  const run: MountedVolume = {
    volume: { name: "run", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
    mount: { mountPath: "/run" },
  };
  const device = app.device?.path;
  return [
    config,
    ...(row.media === "none" ? [] : [media]),
    ...(needsOwnRun(app) ? [run] : []),
    ...(device === undefined
      ? []
      : [{ volume: { name: "device", hostPath: { path: device } }, mount: { mountPath: device } }]),
  ];
}

/** Whether the container is one of s6's that starts without root. */
export function needsOwnRun(app: AppSettings): boolean {
  return app.row.user === "either" && runsUnprivileged(app);
}

/** The pod's volumes. */
export function volumes(app: AppSettings): core.v1.Volume[] {
  const scripts = app.row.secrets.some(({ appliedBy }) => appliedBy === "file");
  return [...mountedVolumes(app).map(({ volume }) => volume), ...(scripts ? [scriptsVolume] : [])];
}

/** The container's mounts of the pod's volumes. */
export function volumeMounts(app: AppSettings): core.v1.VolumeMount[] {
  return mountedVolumes(app).map(({ volume, mount }) => ({ name: volume.name, ...mount }));
}
