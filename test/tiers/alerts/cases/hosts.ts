import type { AlertCase } from "./types";

const pi = { node: "pi-1" };
// Those of the exporter's pod are on every figure, and of no use to whoever reads a message.
const piLabels = 'instance="10.0.0.1:9100",node="pi-1",namespace="monitoring",pod="exporter"';
const day = 24 * 6;

/** Hosts: heat, disks, voltage, certificates of k3s. */
export const hostsCases: readonly AlertCase[] = [
  {
    alert: "BrambleNodeDown",
    when: "a node is gone for two minutes",
    series: {
      'kube_node_status_condition{condition="Ready",status="true",node="pi-1",pod="kube-state-metrics"}':
        "1 0x5",
      'kube_node_spec_unschedulable{node="pi-1"}': "0x6",
    },
    at: "3m",
    fires: {
      labels: { node: "pi-1" },
      says: "pi-1 has not been Ready for a minute; nobody cordoned it.",
    },
  },
  {
    alert: "BrambleNodeDown",
    when: "it was cordoned before",
    series: {
      'kube_node_status_condition{condition="Ready",status="true",node="pi-1",pod="kube-state-metrics"}':
        "1 0x60",
      'kube_node_spec_unschedulable{node="pi-1"}': "1x60",
    },
    at: "50m",
  },
  {
    alert: "BrambleHostWarm",
    when: "the hottest sensor is above 80 for a quarter of an hour",
    series: {
      [`node_hwmon_temp_celsius{${piLabels},chip="thermal_thermal_zone0",sensor="temp1"}`]: "82x20",
      [`node_hwmon_temp_celsius{${piLabels},chip="nvme_nvme0",sensor="temp1"}`]: "41x20",
    },
    at: "15m",
    fires: { labels: pi, says: "pi-1 is at 82 °C; a Pi slows down from 80." },
  },
  {
    alert: "BrambleHostWarm",
    when: "it is warm for a moment",
    series: {
      [`node_hwmon_temp_celsius{${piLabels},chip="thermal_thermal_zone0"}`]: "60x5 82x4 60x9",
    },
    at: "12m",
  },
  {
    alert: "BrambleHostHot",
    when: "it is above 85",
    series: { [`node_hwmon_temp_celsius{${piLabels},chip="thermal_thermal_zone0"}`]: "86.5x9" },
    at: "4m",
    fires: { labels: pi, says: "pi-1 is at 86.5 °C." },
  },
  {
    alert: "BrambleHostHot",
    when: "it is just warm",
    series: { [`node_hwmon_temp_celsius{${piLabels},chip="thermal_thermal_zone0"}`]: "84x9" },
    at: "8m",
  },
  {
    alert: "BrambleFileSystemReadOnly",
    when: "the root turns read-only",
    series: {
      [`node_filesystem_readonly{${piLabels},device="/dev/mmcblk0p2",fstype="ext4",mountpoint="/"}`]:
        "0x2 1x8",
    },
    at: "6m",
    fires: {
      labels: { ...pi, device: "/dev/mmcblk0p2", mountpoint: "/" },
      says: "/ of pi-1, on /dev/mmcblk0p2.",
    },
  },
  {
    alert: "BrambleFileSystemReadOnly",
    when: "only an image is read-only, as it has to be",
    series: {
      [`node_filesystem_readonly{${piLabels},device="/dev/loop0",fstype="squashfs",mountpoint="/snap"}`]:
        "1x9",
    },
    at: "8m",
  },
  {
    alert: "BrambleDiskSlow",
    when: "a write takes a fifth of a second",
    series: {
      [`node_disk_write_time_seconds_total{${piLabels},device="mmcblk0"}`]: "0+24x60",
      [`node_disk_writes_completed_total{${piLabels},device="mmcblk0"}`]: "0+120x60",
    },
    at: "40m",
    fires: {
      labels: { ...pi, device: "mmcblk0" },
      says: "A write to mmcblk0 of pi-1 takes 200ms on average.",
    },
  },
  {
    alert: "BrambleDiskSlow",
    when: "hardly anything is written",
    series: {
      [`node_disk_write_time_seconds_total{${piLabels},device="mmcblk0"}`]: "0+6x60",
      [`node_disk_writes_completed_total{${piLabels},device="mmcblk0"}`]: "0+6x60",
    },
    at: "40m",
  },
  {
    alert: "BrambleCardWearsOut",
    when: "86 GB go to a card in a day",
    every: "10m",
    series: {
      [`node_disk_written_bytes_total{${piLabels},device="mmcblk0"}`]: `0+600000000x${String(2 * day)}`,
      [`node_boot_time_seconds{${piLabels}}`]: `0x${String(2 * day)}`,
    },
    at: "40h",
    fires: {
      labels: { ...pi, device: "mmcblk0" },
      says: "80.47GiB in a day to mmcblk0 of pi-1.",
    },
  },
  {
    alert: "BrambleCardWearsOut",
    when: "it is an SSD",
    every: "10m",
    series: {
      [`node_disk_written_bytes_total{${piLabels},device="sda"}`]: `0+600000000x${String(2 * day)}`,
      [`node_boot_time_seconds{${piLabels}}`]: `0x${String(2 * day)}`,
    },
    at: "40h",
  },
  {
    alert: "BramblePiUnderVoltage",
    when: "there was too little voltage once",
    series: { [`bramble_pi_condition_since_boot{${piLabels},condition="under_voltage"}`]: "1x5" },
    at: "1m",
    fires: {
      labels: pi,
      says: "pi-1: its power supply or cable is too weak, data may be damaged.",
    },
  },
  {
    alert: "BramblePiUnderVoltage",
    when: "something else was the case",
    series: { [`bramble_pi_condition_since_boot{${piLabels},condition="throttled"}`]: "1x5" },
    at: "1m",
  },
  {
    alert: "BramblePiThrottled",
    when: "it is throttled for long",
    series: { [`bramble_pi_condition{${piLabels},condition="throttled"}`]: "1x20" },
    at: "15m",
    fires: { labels: pi, says: "pi-1 has been throttled for ten minutes." },
  },
  {
    alert: "BramblePiThrottled",
    when: "it was for a moment",
    series: { [`bramble_pi_condition{${piLabels},condition="throttled"}`]: "1x5 0x20" },
    at: "12m",
  },
  {
    alert: "BrambleDiskWorn",
    when: "nine tenths of its life are used",
    series: { [`bramble_disk_life_used_ratio{${piLabels},device="mmcblk0"}`]: "0.9x90" },
    at: "70m",
    fires: { labels: { ...pi, device: "mmcblk0" }, says: "mmcblk0 of pi-1: 90% is used." },
  },
  {
    alert: "BrambleDiskWorn",
    when: "half of it is",
    series: { [`bramble_disk_life_used_ratio{${piLabels},device="mmcblk0"}`]: "0.5x90" },
    at: "70m",
  },
  {
    alert: "BrambleK3sCertificateExpiring",
    when: "the first of them expires in ten days",
    series: {
      [`bramble_k3s_certificate_expiry_timestamp_seconds{${piLabels},certificate="server/tls/client-admin.crt"}`]: `${String(10 * 86400)}x120`,
      [`bramble_k3s_certificate_expiry_timestamp_seconds{${piLabels},certificate="server/tls/server-ca.crt"}`]: `${String(999 * 86400)}x120`,
    },
    at: "90m",
    fires: {
      labels: pi,
      says: "pi-1: in 9d 22h 30m 0s. k3s renews it when it is restarted.",
    },
  },
  {
    alert: "BrambleK3sCertificateExpiring",
    when: "all are good for a year",
    series: {
      [`bramble_k3s_certificate_expiry_timestamp_seconds{${piLabels},certificate="a.crt"}`]: `${String(365 * 86400)}x120`,
    },
    at: "90m",
  },
  {
    alert: "BrambleK3sCertificateExpired",
    when: "two days are left",
    series: {
      [`bramble_k3s_certificate_expiry_timestamp_seconds{${piLabels},certificate="a.crt"}`]: `${String(2 * 86400)}x20`,
    },
    at: "10m",
    fires: { labels: pi, says: "pi-1: 1d 23h 50m 0s are left." },
  },
  {
    alert: "BrambleK3sCertificateExpired",
    when: "two weeks are left",
    series: {
      [`bramble_k3s_certificate_expiry_timestamp_seconds{${piLabels},certificate="a.crt"}`]: `${String(14 * 86400)}x20`,
    },
    at: "10m",
  },
  {
    alert: "BrambleHostFiguresOld",
    when: "nothing was written for 40 minutes",
    series: {
      [`node_textfile_mtime_seconds{${piLabels},file="/var/lib/bramble/metrics/bramble-host.prom"}`]:
        "0x60",
    },
    at: "40m",
    fires: {
      labels: pi,
      says: "Those of pi-1 are 40m 0s old; its disk may be full or read-only.",
    },
  },
  {
    alert: "BrambleHostFiguresOld",
    when: "they are renewed each minute",
    series: {
      [`node_textfile_mtime_seconds{${piLabels},file="/var/lib/bramble/metrics/bramble-host.prom"}`]:
        "0+60x60",
    },
    at: "40m",
  },
];
