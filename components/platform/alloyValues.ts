import { readFileSync } from "node:fs";
import { join } from "node:path";
import { leastPrivilege, runtimeSeccomp } from "../podSecurity";
import { resources } from "./resources";

const hostDirectory = "/var/lib/alloy";

/** What Alloy's values depend on. */
export interface AlloySettings {
  /** Base URL of Loki. */
  readonly lokiUrl: string;
  /** Whether hosts are Bramble's own, with a systemd journal to read. */
  readonly journal: boolean;
}

/** The hosts' journals, on disk or in memory, and the id that names their folder. */
const journalMounts = [
  { name: "journal", path: "/run/log", type: "Directory" },
  { name: "machine-id", path: "/etc/machine-id", type: "File" },
];

/** What its components ask of the API. The chart's own rules let it read every Secret. */
const mayRead = (resource: string) => ({
  apiGroups: [""],
  resources: [resource],
  verbs: ["get", "list", "watch"],
});

function configText({ journal }: AlloySettings): string {
  const files = ["config.alloy", ...(journal ? ["journal.alloy"] : [])];
  return files.map((file) => readFileSync(join(__dirname, file), "utf8")).join("\n");
}

/**
 * Values of the Alloy chart: on every node, reads the log files of pods and the host's journal and
 * sends them to Loki. Its pods know one another, so that one of them reads the cluster's events; a
 * Deployment for that alone would be one more process.
 *
 * @see https://grafana.com/docs/alloy/latest/configure/kubernetes/
 */
export function alloyValues(settings: AlloySettings) {
  const { lokiUrl, journal } = settings;
  const mounts = journal ? journalMounts : [];
  return {
    alloy: {
      configMap: { content: configText(settings) },
      clustering: { enabled: true },
      enableReporting: false,
      extraEnv: [{ name: "LOKI_URL", value: lokiUrl }],
      // How far each file was read: lost with the pod, every log would be sent again.
      storagePath: hostDirectory,
      mounts: {
        varlog: true,
        extra: [
          { name: "positions", mountPath: hostDirectory },
          ...mounts.map(({ name, path }) => ({ name, mountPath: path, readOnly: true })),
        ],
      },
      // The files it reads are root's; it needs no more than being their owner.
      securityContext: leastPrivilege,
      livenessProbe: {
        httpGet: { path: "/-/healthy", port: "http-metrics" },
        initialDelaySeconds: 30,
        periodSeconds: 30,
        timeoutSeconds: 5,
      },
      resources: resources("30m", "64Mi", "256Mi"),
    },
    // The pods carry the configuration's hash and are replaced when it changes.
    configReloader: { enabled: false },
    global: { podSecurityContext: runtimeSeccomp },
    crds: { create: false },
    rbac: { rules: [mayRead("pods")], clusterRules: [mayRead("events")] },
    controller: {
      type: "daemonset",
      tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
      volumes: {
        extra: [
          { name: "positions", hostPath: { path: hostDirectory, type: "DirectoryOrCreate" } },
          ...mounts.map(({ name, path, type }) => ({ name, hostPath: { path, type } })),
        ],
      },
    },
  };
}
