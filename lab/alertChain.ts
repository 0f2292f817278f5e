import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { AlertGroup } from "../catalogue/alerts/all";
import {
  type AlertingSettings,
  alertmanagerFiles,
  secretKeys,
} from "../components/platform/alerting/alertmanagerConfig";
import { alertRules } from "../components/platform/alerting/alertRules";
import { secretPath } from "../components/platform/alerting/receiverConfigs";
import { monitoringValues } from "../components/platform/monitoringValues";
import { alertTools } from "./alertTools";

/** One message that a receiver got. */
export interface Received {
  /** Which receiver: the path of its URL, less the slash. */
  readonly receiver: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A running chain from a figure to the receivers. */
export interface AlertChain {
  /** What the scraped target answers from now on, in Prometheus' text format. */
  readonly show: (metrics: string) => void;
  /** What the receivers got so far. */
  readonly received: readonly Received[];
  readonly stop: () => Promise<void>;
}

/** What the chain is made with. */
export interface ChainSettings {
  readonly alerting: AlertingSettings;
  readonly alerts: readonly AlertGroup[];
  /** Seconds between two looks at the target, and at the rules. */
  readonly intervals: ReturnType<typeof renderedIntervals>;
}

/** How often the rendered values have Prometheus look. */
export function renderedIntervals() {
  const { scrapeInterval, scrapeTimeout, evaluationInterval } = monitoringValues({
    ...{ retention: "1d", storage: "1Gi", etcdEndpoints: [], scraped: [], ownHosts: false },
    ...{ cluster: "bench", alerts: [], alerting: { receivers: [], heartbeat: false } },
  }).prometheus.prometheusSpec;
  return { scrapeInterval, scrapeTimeout, evaluationInterval };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function receivingServer(received: Received[]): Server {
  return createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const receiver = (request.url ?? "/").slice(1);
      received.push({ receiver, at: Date.now(), headers: request.headers, body });
      response.end();
    });
  });
}

function prometheusConfig({ intervals }: ChainSettings, target: number, alertmanager: number) {
  return {
    global: {
      scrape_interval: intervals.scrapeInterval,
      scrape_timeout: intervals.scrapeTimeout,
      evaluation_interval: intervals.evaluationInterval,
      external_labels: { cluster: "bench" },
    },
    rule_files: ["rules.yaml"],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${String(alertmanager)}`] }] }],
    },
    scrape_configs: [
      {
        ...{ job_name: "target", honor_labels: true },
        static_configs: [{ targets: [`127.0.0.1:${String(target)}`] }],
      },
    ],
  };
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** Puts Alertmanager's files and the secrets that it names where they are found on this machine. */
function writeAlertmanager(folder: string, alerting: AlertingSettings, receivers: number): void {
  const secrets = join(folder, "secrets");
  mkdirSync(secrets);
  const files = alertmanagerFiles(alerting);
  const config = (files["alertmanager.yaml"] ?? "")
    .replaceAll(secretPath(""), `${secrets}/`)
    .replaceAll("/etc/alertmanager/config/", `${folder}/`);
  writeFiles(folder, { ...files, "alertmanager.yaml": config });
  for (const { key, receiver = "heartbeat", what } of secretKeys(alerting)) {
    const url = `http://127.0.0.1:${String(receivers)}/${receiver}`;
    writeFileSync(join(secrets, key), what === "url" ? url : "not-a-secret");
  }
}

function start(argv: readonly string[], folder: string): ChildProcess {
  const [file = "", ...args] = argv;
  return spawn(file, args, { cwd: folder, stdio: "ignore" });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

/** Waits until a program says that it is ready. */
async function ready(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/-/ready`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`nothing is ready on port ${String(port)} after a minute`);
}

/**
 * Starts a real Prometheus and a real Alertmanager with what Bramble renders, a target that shows
 * what it is told, and receivers that note what they get. All of it on this machine's loopback.
 *
 * @throws when the programs were not built; see `buildAlertTools`.
 */
export async function startAlertChain(settings: ChainSettings): Promise<AlertChain> {
  const tools = alertTools();
  if (tools === undefined) throw new Error("Prometheus and Alertmanager were not built");
  const folder = mkdtempSync(join(tmpdir(), "bramble-chain-"));
  const received: Received[] = [];
  let shown = "";
  const target = createServer((_, response) =>
    response.setHeader("Content-Type", "text/plain; version=0.0.4").end(shown),
  );
  const receivers = receivingServer(received);
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(stopped));
    for (const server of [target, receivers]) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [targetPort, receiverPort] = [await listen(target), await listen(receivers)];
    const [alertmanagerPort, prometheusPort] = [await freePort(), await freePort()];
    writeAlertmanager(folder, settings.alerting, receiverPort);
    const config = prometheusConfig(settings, targetPort, alertmanagerPort);
    writeFiles(folder, {
      "prometheus.yaml": stringify(config),
      "rules.yaml": stringify({ groups: alertRules(settings.alerts) }),
    });
    const at = (port: number) => `--web.listen-address=127.0.0.1:${String(port)}`;
    children.push(
      start(
        [
          ...[tools.alertmanager, at(alertmanagerPort), "--cluster.listen-address="],
          ...["--config.file=alertmanager.yaml", "--storage.path=alertmanager"],
        ],
        folder,
      ),
    );
    await ready(alertmanagerPort);
    children.push(
      start(
        [
          ...[tools.prometheus, at(prometheusPort)],
          ...["--config.file=prometheus.yaml", "--storage.tsdb.path=prometheus"],
        ],
        folder,
      ),
    );
    await ready(prometheusPort);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    show: (metrics) => {
      shown = metrics;
    },
    received,
    stop,
  };
}
