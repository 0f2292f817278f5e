import { checksDashboard } from "./checks";
import { clusterDashboard } from "./cluster";
import { hostsDashboard } from "./hosts";
import { ingressDashboard } from "./ingress";
import { logsDashboard } from "./logs";
import { mediaDashboard } from "./media";
import type { Dashboard } from "./types";

/** What there is to look at. */
export interface Shown {
  readonly ingress: boolean;
  readonly logging: boolean;
  /** Namespace of the media stack, when there is one. */
  readonly mediaNamespace?: string | undefined;
}

/** The dashboards for what a stack has. */
export function dashboards({ ingress, logging, mediaNamespace }: Shown): readonly Dashboard[] {
  return [
    clusterDashboard,
    hostsDashboard,
    checksDashboard,
    ...(ingress ? [ingressDashboard] : []),
    ...(logging ? [logsDashboard] : []),
    ...(mediaNamespace === undefined ? [] : [mediaDashboard(mediaNamespace)]),
  ];
}
