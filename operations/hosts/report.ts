/** What one script found on a host. */
export interface ScriptReport {
  readonly script: string;
  /** 0: as wanted. 10: it would change something. Anything else: a problem. */
  readonly code: number;
  readonly lines: readonly string[];
}

/** How a script that would change something ends; see `lib.sh`. */
const wouldChange = 10;

/** Reads what host-check.sh prints. */
export function parseReports(output: string): ScriptReport[] {
  const lines = new Map<string, string[]>();
  const reports: ScriptReport[] = [];
  for (const text of output.split("\n")) {
    const line = /^([a-z0-9-]+\.sh): (.*)$/.exec(text);
    const end = /^([a-z0-9-]+\.sh) = (\d+)$/.exec(text);
    const script = line?.[1] ?? end?.[1] ?? "";
    if (line !== null) lines.set(script, [...(lines.get(script) ?? []), line[2] ?? ""]);
    if (end !== null) {
      reports.push({ script, code: Number(end[2]), lines: lines.get(script) ?? [] });
    }
  }
  return reports;
}

/** One word for a table: what a script found. */
export function verdictOf(report: ScriptReport | undefined): string {
  if (report === undefined) return "-";
  if (report.code === 0) return "ok";
  return report.code === wouldChange ? "would change" : "PROBLEM";
}

/** Whether a script found something that keeps the host from being a node. */
export function isProblem({ code }: ScriptReport): boolean {
  return code !== 0 && code !== wouldChange;
}

/** The lines a person wants to read: not that all is well, nor the host's name once more. */
export function findings({ lines }: ScriptReport, host: string): string[] {
  return lines
    .filter((line) => line !== "fit" && line !== "unchanged")
    .map((line) => line.replace(/^bramble: \S+: /, ""))
    .map((line) => `${host}: ${line}`);
}
