import { readFileSync } from "node:fs";
import { pulumiCli } from "./pulumiCli";

/**
 * The private key that opens copies off the hosts. Secret.
 *
 * @param file a copy of it. Default: the stack's output.
 */
export async function recoveryKey(stack: string, file: string | undefined): Promise<string> {
  return file === undefined
    ? pulumiCli(["stack", "output", "recoveryKey", "--show-secrets", "--stack", stack])
    : readFileSync(file, "utf8");
}
