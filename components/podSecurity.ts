import type { core } from "@pulumi/kubernetes/types/input";
import type { PodSecurityLevel } from "../catalogue/charts";

/**
 * Labels that make the API server hold a namespace's pods to a Pod Security level: refuse, note in
 * the audit log, and warn whoever creates them.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export function podSecurityLabels(level: PodSecurityLevel) {
  return {
    "pod-security.kubernetes.io/enforce": level,
    "pod-security.kubernetes.io/audit": level,
    "pod-security.kubernetes.io/warn": level,
  };
}

/** The part of a pod's security context that filters its system calls. */
export const runtimeSeccomp = {
  seccompProfile: { type: "RuntimeDefault" },
} satisfies core.v1.PodSecurityContext;

/** The security context of a container that needs nothing: within the `restricted` level. */
export const leastPrivilege = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} satisfies core.v1.SecurityContext;
