import { hostAlerts } from "../../../catalogue/alerts/hosts";
import { probeAlerts } from "../../../catalogue/alerts/services";
import type { AlertRow } from "../../../catalogue/alerts/types";
import { type AlertChain, renderedIntervals, startAlertChain } from "../../alertChain";

/** Critical alerts that can be made by figures alone, and the figures that make them. */
const conditions: Readonly<Record<string, string>> = {
  BrambleNodeDown: 'kube_node_status_condition{condition="Ready",status="true",node="pi-1"} 0',
  BrambleFileSystemReadOnly:
    'node_filesystem_readonly{node="pi-2",device="/dev/mmcblk0p2",fstype="ext4",mountpoint="/"} 1',
  BrambleAddressDown: 'probe_success{app="plex",group="apps",instance="http://plex:32400"} 0',
  BrambleHostHot: 'node_hwmon_temp_celsius{node="pi-3",chip="thermal_thermal_zone0"} 90',
};

/** One alert from its condition to its receiver. */
export interface AlertTime {
  readonly name: string;
  readonly severity: AlertRow["severity"];
  readonly holds: string;
  /** Seconds from the condition to the receiver. */
  readonly seconds: number;
}

const alerting = {
  receivers: [{ name: "hook", type: "webhook", severities: ["critical", "warning"], auth: false }],
  heartbeat: true,
} as const;

/** Names of the alerts that messages of a webhook tell. */
function namesIn(body: string): string[] {
  const { alerts } = JSON.parse(body) as {
    readonly alerts: readonly { readonly labels: { readonly alertname: string } }[];
  };
  return alerts.map(({ labels }) => labels.alertname);
}

function firstTime({ received }: AlertChain, name: string): number | undefined {
  return received.find(({ receiver, body }) => receiver === "hook" && namesIn(body).includes(name))
    ?.at;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Brings every condition about at once and waits for all messages.
 *
 * @param names of the alerts to wait for. Default: all that are known here.
 * @throws when one has not arrived after ten minutes.
 */
export async function measureAlerts(names = Object.keys(conditions)): Promise<AlertTime[]> {
  const rows = [...hostAlerts, ...probeAlerts].filter(({ name }) => names.includes(name));
  const chain = await startAlertChain({
    alerting,
    alerts: [{ name: "bramble-bench", alerts: rows }],
    intervals: renderedIntervals(),
  });
  try {
    // Somewhere between two looks, as it would be.
    await sleep(35_000);
    const began = Date.now();
    chain.show(`${names.map((name) => conditions[name] ?? "").join("\n")}\n`);
    while (names.some((name) => firstTime(chain, name) === undefined)) {
      if (Date.now() - began > 600_000) throw new Error("an alert has not arrived in ten minutes");
      await sleep(250);
    }
    return rows.map(({ name, severity, holds = "0s" }) => ({
      ...{ name, severity, holds },
      seconds: ((firstTime(chain, name) ?? 0) - began) / 1000,
    }));
  } finally {
    await chain.stop();
  }
}
