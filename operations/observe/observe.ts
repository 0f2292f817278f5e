import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterObservation } from "../../components/k3s/observation";
import { failureOf, type HostAccess, presentHosts, runOnHosts } from "../connection/session";
import { joinReports, parseReport, unseen } from "./parse";

const script = "observe.sh";

/**
 * Looks at every present host at once, one SSH session each, and changes nothing. Half a minute is
 * the most a server whose API hangs can take.
 *
 * A host that cannot be looked at is part of the answer, never an error.
 */
export async function observe(access: HostAccess): Promise<ClusterObservation> {
  const { config } = access;
  const text = readFileSync(join(__dirname, script), "utf8");
  const answers = await runOnHosts(
    { ...access, scripts: { ...access.scripts, [script]: text } },
    presentHosts(config).map((host) => ({
      host,
      script,
      args: ["--role", host.role, "--version", config.k3s.version],
      timeoutSeconds: 120,
    })),
  );
  return joinReports(
    answers.map((answer) => {
      const { host, stdout, unreachable } = answer;
      if (unreachable !== undefined) return unseen(host, unreachable);
      const cut = `${host.name}: the look at it ended early: ${failureOf(answer)}`;
      return parseReport(host, stdout) ?? unseen(host, cut);
    }),
  );
}
