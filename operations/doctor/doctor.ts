import { readStackConfig } from "../stackFile";
import { presentHosts } from "../connection/session";
import { collect } from "./collect";
import { examine, exitCodeOf } from "./examine";
import { renderExamined } from "./report";

/** What the command is told. */
export interface DoctorOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string;
  readonly format: "table" | "json";
  /** Shows what is well, too. JSON always does. */
  readonly everything: boolean;
  readonly print: (text: string) => void;
}

/** How to reach the hosts of the stack. */
export function accessOf({ stack, directory, identity }: DoctorOptions) {
  const config = readStackConfig(stack, directory);
  if (presentHosts(config).length === 0) throw new Error(`Pulumi.${stack}.yaml lists no hosts`);
  return { stack, config, identity };
}

/**
 * Looks at every host and the cluster and tells what is not well, each with its mend. Changes
 * nothing.
 *
 * @returns the exit code: 1 when something failed, 0 with warnings alone.
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const { stack, format, everything, print } = options;
  const examined = examine(await collect(accessOf(options)));
  print(
    format === "json"
      ? `${JSON.stringify(examined, null, 2)}\n`
      : renderExamined(stack, examined, everything),
  );
  return exitCodeOf(examined);
}
