import { stringify } from "yaml";
import { resources } from "./resources";

/** What Argo CD's values depend on. */
export interface ArgoCdSettings {
  /** DNS name people reach it by. */
  readonly domain: string;
  /** Since when the admin's password is in use; another date is another password. */
  readonly passwordSince?: string | undefined;
  /** Lines of known_hosts for Git servers beside the large ones. */
  readonly knownHosts?: readonly string[];
  /** Who is told of syncs that fail. Unset: nobody. */
  readonly notify?: ArgoCdNotifySettings | undefined;
}

/** How somebody is told of syncs. Address and token are keys of a Secret. */
export interface ArgoCdNotifySettings {
  readonly kind: "webhook" | "ntfy";
  /** Whether there is a token to send along. */
  readonly token: boolean;
}

/** Secret that the notifications' address and token are in, by the name the controller reads. */
export const notificationsSecret = "argocd-notifications-secret";

/**
 * A claim that waits for its first pod is well: as `Progressing`, which Argo CD takes it for, it
 * would hold up the wave of that very pod for ever.
 */
const claimHealth = `hs = { status = "Healthy", message = "" }
if obj.status ~= nil and obj.status.phase == "Lost" then
  hs.status = "Degraded"
  hs.message = "the volume behind the claim is gone"
elseif obj.status ~= nil and obj.status.phase == "Pending" then
  hs.message = "waits for a volume, or for the pod that uses it first"
end
return hs
`;

/** What is told, by kind of receiver: a line for people, fields for programs. */
const bodies: Record<ArgoCdNotifySettings["kind"], string> = {
  ntfy: "{{.app.metadata.name}}: sync {{.app.status.sync.status}}, health {{.app.status.health.status}}. {{if .app.status.operationState}}{{.app.status.operationState.message}}{{end}}",
  webhook:
    '{"application": {{toJson .app.metadata.name}}, "sync": {{toJson .app.status.sync.status}}, "health": {{toJson .app.status.health.status}}, "revision": {{toJson .app.status.sync.revision}}, "message": {{if .app.status.operationState}}{{toJson .app.status.operationState.message}}{{else}}""{{end}}}',
};

/** Once per revision, so that a state that lasts is told once. */
const oncePer = "app.status.operationState?.syncResult?.revision";

const triggers = {
  "on-sync-failed":
    "app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']",
  "on-health-degraded": "app.status.health.status == 'Degraded'",
};

/** @see https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/services/webhook/ */
function notificationValues({ kind, token }: ArgoCdNotifySettings) {
  const headers = [
    { name: "Content-Type", value: kind === "webhook" ? "application/json" : "text/plain" },
    ...(kind === "ntfy" ? [{ name: "Title", value: "Argo CD" }] : []),
    ...(token ? [{ name: "Authorization", value: "Bearer $token" }] : []),
  ];
  const template = { webhook: { bramble: { method: "POST", body: bodies[kind] } } };
  return {
    secret: { create: false, name: notificationsSecret },
    notifiers: { "service.webhook.bramble": stringify({ url: "$url", headers }) },
    templates: { "template.bramble": stringify(template, { lineWidth: 0 }) },
    triggers: Object.fromEntries(
      Object.entries(triggers).map(([name, when]) => [
        `trigger.${name}`,
        stringify([{ when, oncePer, send: ["bramble"] }], { lineWidth: 0 }),
      ]),
    ),
    subscriptions: [{ recipients: ["bramble"], triggers: Object.keys(triggers) }],
  };
}

/**
 * Values of the Argo CD chart: one replica of each part, without Dex, TLS left to Traefik, the
 * admin's password in a Secret of our own. It looks into Git every three minutes and works on little
 * at a time, which is what a Pi beside its real work can do.
 *
 * @see https://github.com/argoproj/argo-helm/tree/main/charts/argo-cd
 */
export function argoCdValues({ domain, knownHosts = [], notify }: ArgoCdSettings) {
  const probes = { livenessProbe: { enabled: true }, readinessProbe: { enabled: true } };
  return {
    // Its policies would let anyone in whom ours keep out.
    global: { domain, networkPolicy: { create: false } },
    configs: {
      params: {
        "server.insecure": true,
        "controller.status.processors": "5",
        "controller.operation.processors": "2",
        "controller.kubectl.parallelism.limit": "4",
        "reposerver.parallelism.limit": "2",
      },
      cm: {
        "timeout.reconciliation": "180s",
        "timeout.reconciliation.jitter": "30s",
        "resource.customizations.health.PersistentVolumeClaim": claimHealth,
      },
      ...(knownHosts.length > 0 && { ssh: { extraHosts: knownHosts.join("\n") } }),
      secret: { createSecret: false },
    },
    controller: { replicas: 1, resources: resources("50m", "160Mi", "768Mi") },
    server: { replicas: 1, resources: resources("10m", "64Mi", "256Mi") },
    repoServer: {
      replicas: 1,
      automountServiceAccountToken: false,
      resources: resources("10m", "64Mi", "512Mi"),
      copyutil: { resources: resources("10m", "64Mi", "128Mi") },
    },
    applicationSet: { replicas: 1, ...probes, resources: resources("10m", "40Mi", "192Mi") },
    notifications: {
      ...probes,
      resources: resources("10m", "40Mi", "192Mi"),
      ...(notify && notificationValues(notify)),
    },
    redis: {
      ...probes,
      automountServiceAccountToken: false,
      resources: resources("10m", "16Mi", "96Mi"),
    },
    redisSecretInit: { resources: resources("10m", "24Mi", "96Mi") },
    dex: { enabled: false },
  };
}
