import { readStackConfig } from "../stackFile";
import { type Engine, pulumiEngine } from "../engine";
import type { Registration } from "../inprocess/run";
import { stackRegistrations } from "../plan/plan";
import { operatorName, recordRun } from "../records/run";
import type { HostAccess } from "../connection/session";
import type { Finding } from "./finding";
import { type LookAround, lookAround } from "./look";
import { keepLook } from "./rate";
import { lookJson, renderLook } from "./render";

/** What `drift` is told. */
export interface DriftOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  readonly format: "table" | "json";
  /** Whether what drifted is converged. */
  readonly heal: boolean;
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string;
  /** Default: the CLI. */
  readonly engine?: Engine;
  /** Where looks and runs are kept. Default: `docs/governance` of the project. */
  readonly folder?: string;
  readonly print: (text: string) => void;
}

/** How `drift` ends. */
export const driftCodes = { clean: 0, unseen: 1, drift: 2 } as const;

function codeOf({ findings, failures }: LookAround): number {
  if (findings.length > 0) return driftCodes.drift;
  return failures.length > 0 ? driftCodes.unseen : driftCodes.clean;
}

/** Looks once, keeps that and prints it. */
async function look(
  options: DriftOptions,
  access: HostAccess,
  registrations: readonly Registration[],
): Promise<LookAround> {
  const { stack, folder, format, print } = options;
  const began = Date.now();
  const found = await lookAround(access, registrations);
  const seconds = Math.round((Date.now() - began) / 100) / 10;
  const things = new Set(found.findings.map(({ where, what }) => `${where} ${thingOf(what)}`));
  keepLook(
    stack,
    {
      ...{ time: new Date(began).toISOString(), operator: operatorName(), seconds },
      ...{ hosts: found.hosts.length, checks: found.checks },
      ...{ drifted: Math.min(things.size, found.checks), unseen: found.failures.length },
    },
    folder,
  );
  print(format === "json" ? lookJson(stack, found) : renderLook(found, seconds));
  return found;
}

/** Several fields of one object are one thing. */
function thingOf(what: string): string {
  return /^[A-Z]/.test(what) ? what.split(" ").slice(0, 2).join(" ").replace(/,$/, "") : what;
}

/** The resources that make what drifted right, each once. */
export function healTargets(findings: readonly Finding[]) {
  const urns = (by: "again" | "refresh") => [
    ...new Set(findings.flatMap(({ heal }) => (heal?.by === by ? [heal.urn] : []))),
  ];
  return { again: urns("again"), refresh: urns("refresh") };
}

/**
 * Compares hosts and cluster with the program. With `heal` the engine converges the resources that
 * what drifted belongs to, and nothing else; then it looks again.
 *
 * @returns the exit code, see {@link driftCodes}.
 */
export async function drift(options: DriftOptions): Promise<number> {
  const { stack, directory, identity, print } = options;
  const config = readStackConfig(stack, directory);
  const registrations = await stackRegistrations(stack, directory);
  const access = { stack, config, identity };
  const found = await look(options, access, registrations);
  const targets = healTargets(found.findings);
  const count = targets.again.length + targets.refresh.length;
  if (!options.heal || found.findings.length === 0) return codeOf(found);
  if (count === 0) {
    print("Nothing of it is the engine's to mend: see the last column.\n");
    return codeOf(found);
  }
  const engine = options.engine ?? pulumiEngine(stack, directory);
  const nodes = [...new Set(found.findings.map(({ where }) => where))].filter((where) =>
    config.hosts.some(({ name }) => name === where),
  );
  const { folder } = options;
  const start = {
    stack,
    kind: "update",
    nodes,
    ...(folder === undefined ? {} : { folder }),
  } as const;
  return recordRun(start, async (recorder) => {
    recorder.measure("resources", count);
    print(`Converging ${String(count)} resources.\n`);
    await recorder.phase("heal", () => engine.up(targets));
    const after = await recorder.phase("look again", () => look(options, access, registrations));
    recorder.measure("left", after.findings.length);
    return codeOf(after);
  });
}
