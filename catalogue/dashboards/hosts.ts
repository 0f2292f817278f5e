import type { Dashboard } from "./types";

const disks = 'device=~"mmcblk[0-9]+|sd[a-z]+|nvme[0-9]+n[0-9]+",node=~"$node"';

/** The hosts themselves: heat, voltage, throttling, cards and disks. */
export const hostsDashboard: Dashboard = {
  uid: "bramble-hosts",
  title: "Hosts",
  choices: [{ name: "node", metric: "node_uname_info", label: "node" }],
  rows: [
    {
      title: "Heat and power",
      panels: [
        {
          title: "Temperature",
          shows: "curve",
          unit: "celsius",
          thresholds: [
            [0, "green"],
            [80, "orange"],
            [85, "red"],
          ],
          hint: "A Pi slows down from 80 °C.",
          queries: [
            {
              expression: 'max by (node) (node_hwmon_temp_celsius{node=~"$node"})',
              legend: "{{node}}",
            },
          ],
        },
        {
          title: "Slowed down now",
          shows: "list",
          unit: "none",
          words: { "0": "no", "1": "yes" },
          thresholds: [
            [0, "green"],
            [1, "red"],
          ],
          queries: [
            {
              expression: 'max by (node, condition) (bramble_pi_condition{node=~"$node"})',
              legend: "{{node}} {{condition}}",
            },
          ],
        },
        {
          title: "Since it was started",
          shows: "list",
          unit: "none",
          words: { "0": "never", "1": "yes" },
          thresholds: [
            [0, "green"],
            [1, "orange"],
          ],
          queries: [
            {
              expression:
                'max by (node, condition) (bramble_pi_condition_since_boot{node=~"$node"})',
              legend: "{{node}} {{condition}}",
            },
          ],
        },
      ],
    },
    {
      title: "Cards and disks",
      panels: [
        {
          title: "Written in a day",
          shows: "list",
          unit: "bytes",
          thresholds: [
            [0, "green"],
            [20e9, "orange"],
            [50e9, "red"],
          ],
          hint: "An SD card bears a few ten terabytes in all.",
          queries: [
            {
              expression: `sum by (node, device) (increase(node_disk_written_bytes_total{${disks}}[1d]))`,
              legend: "{{node}} {{device}}",
            },
          ],
        },
        {
          title: "Time of a write",
          shows: "curve",
          unit: "s",
          queries: [
            {
              expression: `sum by (node, device) (rate(node_disk_write_time_seconds_total{${disks}}[$__rate_interval])) / sum by (node, device) (rate(node_disk_writes_completed_total{${disks}}[$__rate_interval]))`,
              legend: "{{node}} {{device}}",
            },
          ],
        },
        {
          title: "Busy",
          shows: "curve",
          unit: "percentunit",
          queries: [
            {
              expression: `max by (node, device) (rate(node_disk_io_time_seconds_total{${disks}}[$__rate_interval]))`,
              legend: "{{node}} {{device}}",
            },
          ],
        },
        {
          title: "Used up",
          shows: "list",
          unit: "percentunit",
          thresholds: [
            [0, "green"],
            [0.5, "orange"],
            [0.8, "red"],
          ],
          hint: "What a disk says of its own life; most SD cards say nothing.",
          queries: [
            {
              expression: 'max by (node, device) (bramble_disk_life_used_ratio{node=~"$node"})',
              legend: "{{node}} {{device}}",
            },
          ],
        },
        {
          title: "Full",
          shows: "list",
          unit: "percentunit",
          thresholds: [
            [0, "green"],
            [0.8, "orange"],
            [0.9, "red"],
          ],
          queries: [
            {
              expression:
                '1 - max by (node, mountpoint) (node_filesystem_avail_bytes{fstype=~"ext4|btrfs|xfs|f2fs|vfat",node=~"$node"}) / max by (node, mountpoint) (node_filesystem_size_bytes{fstype=~"ext4|btrfs|xfs|f2fs|vfat",node=~"$node"})',
              legend: "{{node}} {{mountpoint}}",
            },
          ],
        },
        {
          title: "Read-only",
          shows: "list",
          unit: "none",
          words: { "0": "no", "1": "READ-ONLY" },
          thresholds: [
            [0, "green"],
            [1, "red"],
          ],
          queries: [
            {
              expression:
                'max by (node, mountpoint) (node_filesystem_readonly{fstype=~"ext4|btrfs|xfs|f2fs",node=~"$node"})',
              legend: "{{node}} {{mountpoint}}",
            },
          ],
        },
      ],
    },
    {
      title: "Load",
      panels: [
        {
          title: "Load per core",
          shows: "curve",
          unit: "short",
          queries: [
            {
              expression:
                'max by (node) (node_load5{node=~"$node"}) / count by (node) (node_cpu_seconds_total{mode="idle",node=~"$node"})',
              legend: "{{node}}",
            },
          ],
        },
        {
          title: "Memory that is free",
          shows: "curve",
          unit: "bytes",
          queries: [
            {
              expression: 'max by (node) (node_memory_MemAvailable_bytes{node=~"$node"})',
              legend: "{{node}}",
            },
          ],
        },
        {
          title: "Off by",
          shows: "curve",
          unit: "s",
          hint: "How far the clock is from its source.",
          queries: [
            {
              expression: 'max by (node) (abs(node_timex_offset_seconds{node=~"$node"}))',
              legend: "{{node}}",
            },
          ],
        },
        {
          title: "Certificates of k3s are good for",
          shows: "list",
          unit: "dtdurations",
          thresholds: [
            [-1e9, "red"],
            [259200, "orange"],
            [2592000, "green"],
          ],
          queries: [
            {
              expression:
                'min by (node) (bramble_k3s_certificate_expiry_timestamp_seconds{node=~"$node"}) - time()',
              legend: "{{node}}",
            },
          ],
        },
        {
          title: "Waits for a reboot",
          shows: "list",
          unit: "none",
          words: { "0": "no", "1": "yes" },
          thresholds: [
            [0, "green"],
            [1, "orange"],
          ],
          queries: [
            {
              expression: 'max by (node) (bramble_reboot_required{node=~"$node"})',
              legend: "{{node}}",
            },
          ],
        },
        {
          title: "Runs since",
          shows: "list",
          unit: "dtdurations",
          queries: [
            {
              expression: 'time() - max by (node) (node_boot_time_seconds{node=~"$node"})',
              legend: "{{node}}",
            },
          ],
        },
      ],
    },
  ],
};
