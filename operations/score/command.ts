import { secretNames } from "../../config/secrets";
import { type LookAround, lookAround } from "../drift/look";
import { stackRegistrations } from "../plan/plan";
import { projectName, readStackConfig, readStackFile } from "../stackFile";
import { scanExceptions } from "../scan/exceptions";
import { scan } from "../scan/scan";
import { hasHistory, historySources } from "../scan/sources";
import { criteria } from "./criteria/all";
import { renderScore } from "./render";
import { scoreBy } from "./score";
import { type Shortfall, subjectOf } from "./subject";

/** What `score` is told. */
export interface ScoreOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Whether what is in the cluster is judged, and not the plan alone. */
  readonly deployed: boolean;
  readonly format: "table" | "json";
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string;
  readonly print: (text: string) => void;
}

/** Secrets that a stack's file has in clear. */
export function clearSecrets(stack: string, directory: string): string[] {
  const { config, secretKeys } = readStackFile(stack, {}, directory);
  return secretNames.filter((name) => {
    const key = `${projectName}:${name}`;
    return config[key] !== undefined && !secretKeys.includes(key);
  });
}

/** Files in whose history in Git the scan finds a secret; undefined where there is no whole history. */
export async function secretsInHistory(directory: string): Promise<string[] | undefined> {
  if (!hasHistory(directory)) return undefined;
  const today = new Date().toISOString().slice(0, 10);
  const { findings } = await scan(historySources(directory), scanExceptions, today);
  return [...new Set(findings.map(({ path }) => path))];
}

/** What a look at the cluster says is not as planned. @throws when something could not be seen. */
export function shortfallOf({ findings, failures, checks }: LookAround): Shortfall {
  if (failures.length > 0) {
    throw new Error(["what is deployed could not be seen:", ...failures].join("\n"));
  }
  const missing = findings.flatMap(({ found, heal }) =>
    found === "missing" && heal !== undefined ? [heal.urn] : [],
  );
  const things = new Set(
    findings.map(({ where, what }) => `${where} ${what.split(" ", 2).join(" ")}`),
  );
  return {
    missing: new Set(missing),
    compared: checks,
    differing: Math.min(things.size, checks),
  };
}

/**
 * Computes and prints a stack's readiness score.
 *
 * @returns the exit code: 0 from 6 points on, else 2.
 * @throws when the configuration is wrong, or the cluster cannot be seen.
 */
export async function score(options: ScoreOptions): Promise<number> {
  const { stack, directory, deployed, format, identity, print } = options;
  const config = readStackConfig(stack, directory);
  const registrations = await stackRegistrations(stack, directory);
  const shortfall = deployed
    ? shortfallOf(await lookAround({ stack, config, identity }, registrations))
    : undefined;
  const clear = clearSecrets(stack, directory);
  const history = await secretsInHistory(directory);
  const result = scoreBy(criteria, subjectOf(config, registrations, clear, shortfall, history));
  const judged = deployed ? "as deployed" : "as planned";
  print(
    format === "json"
      ? `${JSON.stringify({ stack, judged, ...result }, null, 2)}\n`
      : renderScore(stack, judged, result),
  );
  return result.total >= 6 ? 0 : 2;
}
