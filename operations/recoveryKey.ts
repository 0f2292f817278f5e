import { readFileSync } from "node:fs";
import { readSecretOutput } from "./secrets/read";

/**
 * The private key that opens copies off the hosts. Secret.
 *
 * @param directory folder of the stack's file.
 * @param file a copy of it. Default: the stack's output.
 */
export async function recoveryKey(
  stack: string,
  file: string | undefined,
  directory: string,
): Promise<string> {
  return file === undefined
    ? readSecretOutput("recoveryKey", { stack, directory, reason: "to open copies off the hosts" })
    : readFileSync(file, "utf8");
}
