import { readFileSync } from "node:fs";
import { join } from "node:path";
import { resources } from "./resources";

const hostDirectory = "/var/lib/alloy";

/** What Alloy's values depend on. */
export interface AlloySettings {
  /** Base URL of Loki. */
  readonly lokiUrl: string;
}

/**
 * Values of the Alloy chart: on every node, reads the pods' log files and sends them to Loki.
 *
 * @see https://grafana.com/docs/alloy/latest/configure/kubernetes/
 */
export function alloyValues({ lokiUrl }: AlloySettings) {
  return {
    alloy: {
      configMap: { content: readFileSync(join(__dirname, "config.alloy"), "utf8") },
      enableReporting: false,
      extraEnv: [{ name: "LOKI_URL", value: lokiUrl }],
      // How far each file was read: lost with the pod, every log would be sent again.
      storagePath: hostDirectory,
      mounts: { varlog: true, extra: [{ name: "positions", mountPath: hostDirectory }] },
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
    crds: { create: false },
    controller: {
      type: "daemonset",
      tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
      volumes: {
        extra: [
          { name: "positions", hostPath: { path: hostDirectory, type: "DirectoryOrCreate" } },
        ],
      },
    },
  };
}
