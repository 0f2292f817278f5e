import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hostPackages, preflightArgs, prepareArgs } from "../../components/host/requirements";
import { airGapArchitectures } from "../../config/localFiles";
import type { Config, HostConfig } from "../../config/schema";
import { readStackConfig } from "../stackFile";
import { renderTable } from "../table";
import { failureOf, type HostAnswer, presentHosts, runOnHosts } from "../connection/session";
import { findings, isProblem, parseReports, type ScriptReport, verdictOf } from "./report";

/** What `check` is told. */
export interface CheckOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string;
  readonly print: (text: string) => void;
}

interface Checked {
  readonly host: HostConfig;
  readonly reports: readonly ScriptReport[];
  /** Why the host could not be looked at. */
  readonly failure?: string;
}

const script = "host-check.sh";

/** Each script's arguments in check mode. */
function scriptCalls({ k3s }: Config, host: HostConfig): string[] {
  const { name, role } = host;
  const { version, kubeletArgs, embeddedRegistry, airGapDirectory } = k3s;
  const requirements = {
    ...{ role, k3sVersion: version, kubeletArgs, embeddedRegistry },
    ...(airGapDirectory === undefined
      ? {}
      : { architectures: airGapArchitectures(airGapDirectory) }),
  };
  return [
    ...["preflight.sh", ...preflightArgs(requirements), "--"],
    ...["prepare.sh", ...prepareArgs("check", name, hostPackages), "--"],
    ...["k3s.sh", "check", "--role", role, "--version", version],
  ];
}

function checked(answer: HostAnswer): Checked {
  const { host, stdout, unreachable } = answer;
  const reports = parseReports(stdout);
  if (reports.length === 3) return { host, reports };
  const failure = unreachable ?? `${host.name}: the check ended early: ${failureOf(answer)}`;
  return { host, reports, failure };
}

function table(checked: readonly Checked[]): string {
  const found = (reports: readonly ScriptReport[], name: string) =>
    verdictOf(reports.find((report) => report.script === name));
  return renderTable([
    ["HOST", "ADDRESS", "ROLE", "FIT", "SYSTEM", "K3S"],
    ...checked.map(({ host, reports }) => [
      host.name,
      host.address,
      host.role,
      ...["preflight.sh", "prepare.sh", "k3s.sh"].map((name) => found(reports, name)),
    ]),
  ]);
}

/**
 * Looks at every present host at once and changes nothing there.
 *
 * @returns the exit code: 1 when a host cannot be reached or cannot become a node.
 */
export async function check(options: CheckOptions): Promise<number> {
  const config = readStackConfig(options.stack, options.directory);
  const present = presentHosts(config);
  if (present.length === 0) throw new Error(`Pulumi.${options.stack}.yaml lists no hosts`);
  const { stack, identity } = options;
  const answers = await runOnHosts(
    {
      ...{ stack, config, scripts: { [script]: readFileSync(join(__dirname, script), "utf8") } },
      identity,
    },
    present.map((host) => ({ host, script, args: scriptCalls(config, host) })),
  );
  const results = answers.map(checked);
  options.print(table(results));
  for (const { host, reports, failure } of results) {
    const lines = reports.flatMap((report) => findings(report, host.name));
    for (const line of [...lines, ...(failure === undefined ? [] : [failure])]) {
      options.print(`${line}\n`);
    }
  }
  return results.some(({ reports, failure }) => failure ?? reports.some(isProblem)) ? 1 : 0;
}
