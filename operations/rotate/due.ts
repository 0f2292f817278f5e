import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type RotationPeriod, rotationPeriods } from "../../config/rotationPeriods";
import { failureOf, presentHosts, runOnHosts } from "../ssh/session";
import { readStackConfig } from "../stackFile";
import { renderTable } from "../table";

/** Since when one host uses a credential. */
export interface CredentialAge {
  readonly host: string;
  readonly item: string;
  readonly since: Date;
}

/** A credential of the schedule, with its oldest use. */
export interface DueRow {
  readonly period: RotationPeriod;
  /** Unset where no host has such a credential. */
  readonly oldest?: CredentialAge;
  readonly ageDays: number;
  readonly due: boolean;
}

/** Reads what host-rotate.sh printed. */
export function parseAges(host: string, stdout: string): CredentialAge[] {
  return stdout.split("\n").flatMap((line) => {
    const [item = "", seconds = ""] = line.split(" ");
    return /^\d+$/.test(seconds) ? [{ host, item, since: new Date(Number(seconds) * 1000) }] : [];
  });
}

const day = 86_400_000;

/** Holds ages against the schedule. The oldest use counts: one host that was left out is found. */
export function dueRows(
  ages: readonly CredentialAge[],
  now: Date,
  periods: readonly RotationPeriod[] = rotationPeriods,
): DueRow[] {
  return periods.map((period) => {
    const [oldest] = ages
      .filter(({ item }) => item === period.item)
      .sort((left, right) => left.since.getTime() - right.since.getTime());
    if (oldest === undefined) return { period, ageDays: 0, due: false };
    const ageDays = Math.floor((now.getTime() - oldest.since.getTime()) / day);
    return { period, oldest, ageDays, due: ageDays >= period.days };
  });
}

/** The schedule as a table. */
export function dueTable(rows: readonly DueRow[]): string {
  return renderTable([
    ["CREDENTIAL", "AGE", "PERIOD", "OLDEST ON", "STATE"],
    ...rows.map(({ period, oldest, ageDays, due }) => [
      period.title,
      oldest === undefined ? "-" : `${String(ageDays)} d`,
      `${String(period.days)} d`,
      oldest?.host ?? "-",
      oldest === undefined
        ? "not in use"
        : due
          ? `due: raise ${period.raise} by one, then pulumi up`
          : "good",
    ]),
  ]);
}

/** What `due` is told. */
export interface DueOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string;
  readonly print: (text: string) => void;
}

const script = "host-rotate.sh";

/**
 * Lists the age of every credential of the hosts.
 *
 * @returns the exit code: 2 when one is due, 1 when a host could not be asked.
 */
export async function due({ stack, directory, identity, print }: DueOptions): Promise<number> {
  const config = readStackConfig(stack, directory);
  const answers = await runOnHosts(
    {
      ...{ stack, config, scripts: { [script]: readFileSync(join(__dirname, script), "utf8") } },
      identity,
    },
    presentHosts(config).map((host) => ({ host, script, args: [], timeoutSeconds: 60 })),
  );
  const silent = answers.filter(({ code }) => code !== 0);
  const rows = dueRows(
    answers.flatMap(({ host, stdout }) => parseAges(host.name, stdout)),
    new Date(),
  );
  print(dueTable(rows));
  for (const answer of silent) print(`${answer.unreachable ?? failureOf(answer)}\n`);
  if (rows.some((row) => row.due)) return 2;
  return silent.length > 0 ? 1 : 0;
}
