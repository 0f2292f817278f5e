import { cpus } from "node:os";
import { alertToolVersions } from "../../alertTools";
import { renderedIntervals } from "../../alertChain";
import type { AlertTime } from "./measure";

function seconds(duration: string): number {
  const [, figure = "0", unit = "s"] = /^(\d+)(s|m|h)$/.exec(duration) ?? [];
  return Number(figure) * ({ s: 1, m: 60, h: 3600 }[unit] ?? 1);
}

/** What Alertmanager waits before the first message of a critical group. */
const groupWait = "10s";

/** Writes docs/benchmarks/alerts.md from what was measured. */
export function renderAlertBench(times: readonly AlertTime[], date = new Date()): string {
  const { scrapeInterval, evaluationInterval } = renderedIntervals();
  const worst = (holds: string) =>
    [scrapeInterval, evaluationInterval, holds, evaluationInterval, groupWait]
      .map(seconds)
      .reduce((sum, part) => sum + part);
  const rows = times.map(
    ({ name, holds, seconds: taken }) =>
      `| \`${name}\` | ${holds} | ${taken.toFixed(0)} s | ${String(worst(holds))} s |`,
  );
  return `# From a condition to the receiver

<!-- Written by \`npm run bench -- alerts\`. Figures are measured, nothing is typed in. -->

- Measured ${date.toISOString().slice(0, 10)} on ${String(cpus().length)} processors, on one machine's loopback: a scraped target, a real
  Prometheus, a real Alertmanager and a webhook (${alertToolVersions}).
- Rules, intervals, routes and waits are those that Bramble renders: scrape every ${scrapeInterval}, look at the rules every
  ${evaluationInterval}, wait ${groupWait} for more of a critical group.
- Aim: a critical alert arrives within 5 minutes.

| critical alert | has to hold for | measured | at most |
| --- | --- | --- | --- |
${rows.join("\n")}

_At most_ adds up the longest waits: for the next scrape, the next look at the rules, the time that it has to hold, the look
after that, and for the group. Kubernetes itself takes about 40 seconds to notice that a node is gone, and its state is
scraped after that; addresses are called once a minute, so that one may take half a minute longer. What a receiver on the
internet takes is not in these figures.
`;
}
