import { charts } from "./charts";

/** How much the pods of a namespace may ask for in all. */
export interface QuotaRow {
  readonly pods: number;
  /** Cores and memory that requests may sum up to. */
  readonly cpu: number;
  readonly memory: string;
  /** Memory that limits may sum up to. */
  readonly memoryLimit: string;
}

function quota(pods: number, cpu: number, memory: string, memoryLimit: string): QuotaRow {
  return { pods, cpu, memory, memoryLimit };
}

/** Room in the media stack's namespace, whatever its name: its eight apps ask for 7 GB. */
export const mediaQuota = quota(60, 8, "20Gi", "48Gi");

/** Room in each of the platform's namespaces: well above what ten nodes ask for there. */
export const quotas: Readonly<Record<string, QuotaRow>> = {
  [charts.traefik.namespace]: quota(10, 1, "1Gi", "4Gi"),
  [charts.metallb.namespace]: quota(30, 2, "2Gi", "6Gi"),
  [charts.certManager.namespace]: quota(20, 1, "1Gi", "4Gi"),
  [charts.kubePrometheusStack.namespace]: quota(50, 4, "6Gi", "16Gi"),
  [charts.loki.namespace]: quota(10, 1, "2Gi", "6Gi"),
  [charts.alloy.namespace]: quota(30, 2, "3Gi", "12Gi"),
  [charts.argoCd.namespace]: quota(30, 2, "3Gi", "12Gi"),
  [charts.csiDriverNfs.namespace]: quota(40, 2, "3Gi", "20Gi"),
  tracing: quota(10, 1, "1Gi", "4Gi"),
  ops: quota(30, 1, "2Gi", "8Gi"),
};
