import type { AlertRow } from "./types";

const day = 24 * 3600;

/** Devices that hold data: SD cards, eMMC, SATA, USB and NVMe disks. */
const disks = 'device=~"mmcblk[0-9]+|sd[a-z]+|nvme[0-9]+n[0-9]+"';

const writes = `sum by (node, device) (rate(node_disk_writes_completed_total{${disks}}[10m]))`;

/** What node-exporter tells of any host: heat, disks, read-only file systems. */
export const hostAlerts: readonly AlertRow[] = [
  {
    name: "BrambleNodeDown",
    // A node that was cordoned on purpose is being changed or shut down.
    expression:
      'max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0 unless on (node) kube_node_spec_unschedulable == 1',
    holds: "1m",
    severity: "critical",
    summary: "A node does not answer.",
    description: "{{ $labels.node }} has not been Ready for a minute; nobody cordoned it.",
  },
  {
    name: "BrambleHostWarm",
    expression: "max by (node) (node_hwmon_temp_celsius) > 80",
    holds: "10m",
    severity: "warning",
    summary: "A host is so warm that it slows down.",
    description: "{{ $labels.node }} is at {{ $value | humanize }} °C; a Pi slows down from 80.",
  },
  {
    name: "BrambleHostHot",
    expression: "max by (node) (node_hwmon_temp_celsius) > 85",
    holds: "3m",
    severity: "critical",
    summary: "A host is about to switch itself off from heat.",
    description: "{{ $labels.node }} is at {{ $value | humanize }} °C.",
  },
  {
    name: "BrambleFileSystemReadOnly",
    expression:
      'max by (node, device, mountpoint) (node_filesystem_readonly{fstype=~"ext4|btrfs|xfs|f2fs"}) == 1',
    holds: "1m",
    severity: "critical",
    summary: "A file system has turned read-only: its disk or card is failing.",
    description: "{{ $labels.mountpoint }} of {{ $labels.node }}, on {{ $labels.device }}.",
  },
  {
    name: "BrambleDiskSlow",
    // Bytes are written at all: an idle disk has no latency.
    expression: `sum by (node, device) (rate(node_disk_write_time_seconds_total{${disks}}[10m])) / ${writes} > 0.1 and ${writes} > 1`,
    holds: "15m",
    severity: "warning",
    summary: "Writes to a disk take so long that etcd may lose its leader.",
    description:
      "A write to {{ $labels.device }} of {{ $labels.node }} takes {{ $value | humanizeDuration }} on average.",
  },
  {
    name: "BrambleCardWearsOut",
    expression:
      'max by (node, device) (increase(node_disk_written_bytes_total{device=~"mmcblk[0-9]+"}[1d])) > 50e9 and on (node) time() - node_boot_time_seconds > 86400',
    holds: "1h",
    severity: "warning",
    summary: "So much is written to an SD card that it will not last.",
    description:
      "{{ $value | humanize1024 }}B in a day to {{ $labels.device }} of {{ $labels.node }}.",
  },
];

/** What Bramble's script on its own hosts tells; see host-metrics.sh. */
export const ownHostAlerts: readonly AlertRow[] = [
  {
    name: "BramblePiUnderVoltage",
    expression: 'max by (node) (bramble_pi_condition_since_boot{condition="under_voltage"}) == 1',
    severity: "warning",
    summary: "A Pi had too little voltage since it was started.",
    description: "{{ $labels.node }}: its power supply or cable is too weak, data may be damaged.",
  },
  {
    name: "BramblePiThrottled",
    expression:
      'max by (node) (bramble_pi_condition{condition=~"throttled|frequency_capped|soft_temperature_limit"}) == 1',
    holds: "10m",
    severity: "warning",
    summary: "A Pi runs slower than it could, from heat or from lack of power.",
    description: "{{ $labels.node }} has been throttled for ten minutes.",
  },
  {
    name: "BrambleDiskWorn",
    expression: "max by (node, device) (bramble_disk_life_used_ratio) > 0.8",
    holds: "1h",
    severity: "warning",
    summary: "A disk says that most of its life is used up.",
    description:
      "{{ $labels.device }} of {{ $labels.node }}: {{ $value | humanizePercentage }} is used.",
  },
  {
    name: "BrambleK3sCertificateExpiring",
    expression: `min by (node) (bramble_k3s_certificate_expiry_timestamp_seconds) - time() < ${String(30 * day)}`,
    holds: "1h",
    severity: "warning",
    summary: "A certificate of k3s expires within a month.",
    description:
      "{{ $labels.node }}: in {{ $value | humanizeDuration }}. k3s renews it when it is restarted.",
  },
  {
    name: "BrambleK3sCertificateExpired",
    expression: `min by (node) (bramble_k3s_certificate_expiry_timestamp_seconds) - time() < ${String(3 * day)}`,
    holds: "5m",
    severity: "critical",
    summary: "A certificate of k3s expires within three days, and the node will stop working.",
    description: "{{ $labels.node }}: {{ $value | humanizeDuration }} are left.",
  },
  {
    name: "BrambleHostFiguresOld",
    expression:
      'time() - max by (node) (node_textfile_mtime_seconds{file=~".*/bramble-host.prom"}) > 1800',
    holds: "5m",
    severity: "warning",
    summary: "A host's own figures are not renewed.",
    description:
      "Those of {{ $labels.node }} are {{ $value | humanizeDuration }} old; its disk may be full or read-only.",
  },
];
