import { readFileSync } from "node:fs";
import { join } from "node:path";
import { charts, releaseName } from "../../catalogue/charts";
import { governanceFolder } from "../governance";
import { recordRun } from "../records/run";
import { failureOf, type HostAccess, presentHosts, runOnHosts } from "../connection/session";
import { readStackConfig } from "../stackFile";
import { longestWork } from "./stuck";

/** What `unstick` is told. */
export interface UnstickOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Name of the release. */
  readonly release: string;
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string | undefined;
  readonly print: (text: string) => void;
  /** Asks the operator; true when it may be done. */
  readonly confirm: (question: string, word: string) => Promise<boolean>;
  /** Epoch seconds. */
  readonly now: number;
}

/** One revision of a release, as Helm's records say it. */
export interface Revision {
  readonly number: number;
  readonly status: string;
  /** Epoch seconds. */
  readonly begun: number;
}

const script = "unstick.sh";

/** Reads what `unstick.sh list` prints; the newest revision last. */
export function parseRevisions(text: string): Revision[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [number = "", status = "", begun = ""] = line.split("\t");
      return { number: Number(number), status, begun: Date.parse(begun) / 1000 };
    })
    .sort((left, right) => left.number - right.number);
}

/**
 * What is to be done about a release.
 *
 * @returns the revision to forget, or why none is
 */
export function stuckRevision(
  revisions: readonly Revision[],
  now: number,
): { readonly forget: Revision } | { readonly nothing: string } {
  const last = revisions.at(-1);
  if (last === undefined) return { nothing: "Helm knows no such release here" };
  const { number, status, begun } = last;
  const what = `revision ${String(number)} is ${status}`;
  if (status === "failed" && revisions.length === 1) return { forget: last };
  if (!/^(pending-|uninstalling)/.test(status)) {
    return { nothing: `${what}: Helm is not held up by it; \`pulumi up\` goes on from there` };
  }
  if (now - begun <= longestWork) {
    const minutes = Math.ceil((longestWork - (now - begun)) / 60);
    return { nothing: `${what}, and may still be at work: look again in ${String(minutes)} min` };
  }
  return { forget: last };
}

/**
 * Mends a release that Helm left half way, so that the next `pulumi up` can go on: forgets the record
 * of its unfinished revision. What is installed stays, and belongs to the release again when it is
 * upgraded or installed next.
 *
 * @returns the exit code: 0 when it is mended or needs nothing
 * @throws Error when no server can be asked.
 */
export async function unstick(options: UnstickOptions): Promise<number> {
  const { stack, directory, release, identity, print, confirm, now } = options;
  const row = Object.values(charts).find((one) => releaseName(one) === release);
  if (row === undefined) {
    const names = Object.values(charts).map(releaseName).join(", ");
    throw new Error(`${release} is no release of Bramble's: ${names}`);
  }
  const { namespace } = row;
  const config = readStackConfig(stack, directory);
  const [server] = presentHosts(config).filter(({ role }) => role === "server");
  if (server === undefined) {
    throw new Error(
      `Pulumi.${stack}.yaml has no server of ours to ask; do it yourself: \`helm history ${release} --namespace ${namespace}\`, then \`kubectl delete secret --namespace ${namespace} sh.helm.release.v1.${release}.v<last revision>\``,
    );
  }
  const access: HostAccess = {
    ...{ stack, config, identity },
    scripts: { [script]: readFileSync(join(__dirname, script), "utf8") },
  };
  const ask = async (...args: string[]): Promise<string> => {
    const [verb = "", ...rest] = args;
    const of = ["--namespace", namespace, "--name", release];
    const [answer] = await runOnHosts(access, [
      { host: server, script, args: [verb, ...of, ...rest], timeoutSeconds: 120 },
    ]);
    if (answer?.unreachable !== undefined) throw new Error(answer.unreachable);
    if (answer?.code !== 0) {
      throw new Error(`${server.name}: ${answer === undefined ? "no answer" : failureOf(answer)}`);
    }
    return answer.stdout;
  };

  const found = stuckRevision(parseRevisions(await ask("list")), now);
  if ("nothing" in found) {
    print(`${release}: ${found.nothing}\n`);
    return 0;
  }
  const { number, status } = found.forget;
  const question = `${release} is ${status} since ${new Date(found.forget.begun * 1000).toISOString()}. Helm's record of revision ${String(number)} is forgotten; nothing that runs is touched. No \`pulumi up\` may be at work.`;
  if (!(await confirm(question, release))) {
    print("nothing was changed\n");
    return 1;
  }
  const run = {
    ...({ stack, kind: "manual", nodes: [server.name] } as const),
    folder: governanceFolder(directory),
  };
  const what = `forget revision ${String(number)} of ${release}, ${status}`;
  await recordRun(run, ({ phase }) =>
    phase(what, () => ask("forget", "--revision", String(number), "--status", status)),
  );
  const next =
    number === 1 ? "`pulumi refresh`, then `pulumi up` installs it anew" : "`pulumi up` goes on";
  print(`${release}: revision ${String(number)} is forgotten; ${next}\n`);
  return 0;
}
