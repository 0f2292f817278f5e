import assert from "node:assert/strict";
import { hostAlerts } from "../../../catalogue/alerts/hosts";
import type { AlertingSettings } from "../../../components/platform/alerting/alertmanagerConfig";
import {
  type AlertChain,
  type Received,
  renderedIntervals,
  startAlertChain,
} from "../../../lab/alertChain";

const alerting: AlertingSettings = {
  heartbeat: true,
  receivers: [
    { name: "phone", type: "ntfy", severities: ["critical"], auth: true },
    { name: "hook", type: "webhook", severities: ["critical"], auth: false },
    { name: "other", type: "webhook", severities: ["warning"], auth: false },
  ],
};

const watchdog = {
  name: "Watchdog",
  expression: "vector(1)",
  severity: "info",
  summary: "Always fires.",
  description: "It does.",
} as const;

const gone = 'kube_node_status_condition{condition="Ready",status="true",node="pi-1"} 0\n';

async function arrives(
  chain: AlertChain,
  seconds: number,
  wanted: (message: Received) => boolean,
): Promise<Received> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = chain.received.find(wanted);
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, `nothing arrived in ${String(seconds)} s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

describe("a critical alert, from its condition to its receivers", () => {
  let chain: AlertChain;
  let began = 0;

  before("a real Prometheus and Alertmanager with what is rendered", async () => {
    const down = hostAlerts.filter(({ name }) => name === "BrambleNodeDown");
    chain = await startAlertChain({
      alerting,
      alerts: [{ name: "bramble-test", alerts: [...down, watchdog] }],
      intervals: renderedIntervals(),
    });
    chain.show(gone);
    began = Date.now();
  });

  after(() => chain.stop());

  it("arrives well within five minutes", async () => {
    const { at } = await arrives(chain, 240, ({ receiver }) => receiver === "hook");
    const seconds = Math.round((at - began) / 1000);
    process.stdout.write(`      a node that is down was told after ${String(seconds)} s\n`);
  });

  it("says on a phone what, where, since when and what to do, with its token", async () => {
    const { headers, body } = await arrives(chain, 60, ({ receiver }) => receiver === "phone");
    const { title, message } = JSON.parse(body) as Record<"title" | "message", string>;
    assert.equal(title, "CRITICAL: BrambleNodeDown in bench");
    assert.match(
      message,
      /^A node does not answer\.\npi-1 has not .*\nwhere: node pi-1\nsince: \d{4}-.* UTC\nmend: docs\/runbooks\/alerts\.md#bramblenodedown$/,
    );
    assert.equal(headers["x-priority"], "urgent");
    assert.equal(headers["x-title"], "{{.title}}");
    assert.equal(headers.authorization, "Bearer not-a-secret");
  });

  it("goes to nobody who did not ask for its severity", () => {
    assert.ok(!chain.received.some(({ receiver }) => receiver === "other"));
  });

  it("says when it is over, as a text too", async () => {
    chain.show(gone.replace(/0\n$/, "1\n"));
    const over = ({ receiver, body }: Received) =>
      receiver === "phone" && body.includes("over since");
    const { body } = await arrives(chain, 200, over);
    const { title, message } = JSON.parse(body) as Record<"title" | "message", string>;
    assert.equal(title, "over: BrambleNodeDown in bench");
    assert.match(message, /^over since \d\d:\d\d UTC: A node does not answer\.\nwhere: node pi-1$/);
  });

  it("leaves the heartbeat beating", async () => {
    await arrives(chain, 120, ({ receiver }) => receiver === "heartbeat");
  });
});
