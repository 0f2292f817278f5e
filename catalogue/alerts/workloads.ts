import type { AlertRow } from "./types";

const limit =
  'max by (namespace, pod, container) (kube_pod_container_resource_limits{resource="memory"})';
const workingSet =
  'max by (namespace, pod, container) (container_memory_working_set_bytes{container!=""})';

/** Pods that restart or run out of memory, whatever they are. */
export const workloadAlerts: readonly AlertRow[] = [
  {
    name: "BramblePodRestarting",
    // The chart tells of a container that waits in CrashLoopBackOff; this one comes back each time.
    expression:
      "max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total[1h])) > 3",
    severity: "warning",
    keeps: "30m",
    summary: "A container restarts again and again.",
    description:
      "{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }}: {{ $value | humanize }} times in an hour.",
  },
  {
    name: "BrambleMemoryNearLimit",
    expression: `${workingSet} / ${limit} > 0.9`,
    holds: "15m",
    severity: "warning",
    summary: "A container is about to be killed for its memory.",
    description:
      "{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its limit.",
  },
  {
    name: "BrambleOutOfMemory",
    expression:
      'max by (namespace, pod, container) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"}) == 1 and max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total[15m])) > 0',
    severity: "warning",
    keeps: "30m",
    summary: "A container was killed for its memory.",
    description: "{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }}.",
  },
];
