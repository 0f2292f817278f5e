import { readFileSync } from "node:fs";
import { join } from "node:path";
import { failureOf, type HostAccess, presentHosts, runOnHosts } from "../../connection/session";

/** Since when one host uses a credential. */
export interface HostAge {
  readonly host: string;
  /** What hosts call it, see `host-rotate.sh`. */
  readonly item: string;
  readonly since: Date;
}

/** What hosts said of their credentials. */
export interface HostAges {
  readonly ages: readonly HostAge[];
  /** One line for each host that could not be asked. */
  readonly silent: readonly string[];
}

/** Reads what host-rotate.sh printed. */
export function parseAges(host: string, stdout: string): HostAge[] {
  return stdout.split("\n").flatMap((line) => {
    const [item = "", seconds = ""] = line.split(" ");
    return /^\d+$/.test(seconds) ? [{ host, item, since: new Date(Number(seconds) * 1000) }] : [];
  });
}

const script = "host-rotate.sh";

/** Asks every host for the ages of its credentials; a host that cannot be asked is told of. */
export async function hostAges(access: HostAccess): Promise<HostAges> {
  const scripts = { [script]: readFileSync(join(__dirname, script), "utf8") };
  const answers = await runOnHosts(
    { ...access, scripts },
    presentHosts(access.config).map((host) => ({ host, script, args: [], timeoutSeconds: 60 })),
  );
  return {
    ages: answers.flatMap(({ host, stdout }) => parseAges(host.name, stdout)),
    silent: answers
      .filter(({ code }) => code !== 0)
      .map((answer) => answer.unreachable ?? failureOf(answer)),
  };
}
