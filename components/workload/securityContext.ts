import type { core } from "@pulumi/kubernetes/types/input";
import type { AppSettings } from "./settings";

/**
 * What s6, the init of linuxserver.io's images, does as root before it drops to PUID and PGID:
 * takes over the config folder, changes user, and later signals the app. All of it is within the
 * `baseline` level.
 *
 * @see https://github.com/just-containers/s6-overlay
 */
const initCapabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"];

/** Whether the app's container never is root, which the `restricted` level demands. */
export function runsUnprivileged({ row, stack }: AppSettings): boolean {
  return (
    row.user === "unprivileged" || (row.user === "either" && stack.podSecurity === "restricted")
  );
}

/** The pod's security context: its user, where it never is root, and the group of its volumes. */
export function podSecurityContext(app: AppSettings): core.v1.PodSecurityContext {
  const { userId, groupId } = app.stack;
  return {
    ...(runsUnprivileged(app) && { runAsNonRoot: true, runAsUser: userId, runAsGroup: groupId }),
    fsGroup: groupId,
    // Walking terabytes of media at each start would keep the pod from starting for hours.
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** The container's security context, as tight as its image allows. */
export function containerSecurityContext(app: AppSettings): core.v1.SecurityContext {
  // A device of the node opens for privileged containers alone; a device plugin's for any.
  if (app.device?.path !== undefined) return { privileged: true };
  return {
    allowPrivilegeEscalation: false,
    capabilities: {
      drop: ["ALL"],
      ...(!runsUnprivileged(app) && { add: initCapabilities }),
    },
  };
}
