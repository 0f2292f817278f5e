import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostConfig } from "../../config/schema";
import { type HostReport, joinReports, parseReport, unseen } from "../observe/parse";
import { failureOf, type HostAccess, presentHosts, runOnHosts } from "../connection/session";
import { type Facts, type HostFacts, nothingKnown } from "./facts";
import { parseFacts } from "./parse";

const script = "doctor-facts.sh";
const observeScript = "observe.sh";

const bundled = (folder: string, name: string): Record<string, string> => ({
  [name]: readFileSync(join(__dirname, folder, name), "utf8"),
});

interface Looked {
  readonly facts: HostFacts;
  readonly report: HostReport;
}

/** The lines that observe.sh printed within. */
function observed(output: string): string {
  const mark = "observe\t";
  return output
    .split("\n")
    .filter((line) => line.startsWith(mark))
    .map((line) => line.slice(mark.length))
    .join("\n");
}

async function look(access: HostAccess, host: HostConfig): Promise<Looked> {
  const { version, virtualIp } = access.config.k3s;
  const args = ["--role", host.role, "--version", version];
  const asked = Date.now() / 1000;
  const [answer] = await runOnHosts(access, [
    {
      ...{ host, script, timeoutSeconds: 150 },
      args: virtualIp === undefined ? args : [...args, "--virtual-ip", virtualIp],
    },
  ]);
  const answered = Date.now() / 1000;
  const missing = (reason: string) => ({
    facts: nothingKnown(host, reason),
    report: unseen(host, reason),
  });
  if (answer === undefined) return missing(`${host.name}: no answer`);
  const { stdout, unreachable } = answer;
  if (unreachable !== undefined) return missing(unreachable);
  const early = `${host.name}: the look at it ended early: ${failureOf(answer)}`;
  const facts = parseFacts(host, stdout, { asked, answered });
  if (facts === undefined) return missing(early);
  return { facts, report: parseReport(host, observed(stdout)) ?? unseen(host, early) };
}

/**
 * Looks at every present host at once, one SSH session each, and changes nothing there. A host that
 * cannot be looked at is part of the answer, never an error.
 */
export async function collect(access: HostAccess): Promise<Facts> {
  const { stack, config } = access;
  const scripts = {
    ...access.scripts,
    ...bundled(".", script),
    ...bundled("../observe", observeScript),
  };
  const looked = await Promise.all(
    presentHosts(config).map((host) => look({ ...access, scripts }, host)),
  );
  return {
    ...{ stack, config, now: Date.now() / 1000 },
    hosts: looked.map(({ facts }) => facts),
    cluster: joinReports(looked.map(({ report }) => report)),
  };
}
