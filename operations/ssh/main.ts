import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { readArguments, runCommand } from "../arguments";
import { readSecretOutput } from "../secrets/read";
import { projectDirectory, readStackConfig } from "../stackFile";
import { issueCertificate } from "./certificate";
import { connect } from "./connect";

const usage = [
  "usage: npm run ssh -- <stack> certificate [--hours <n>] [--public-key <file>]",
  "       npm run ssh -- <stack> <host> [<command>] [--identity <private key file>]",
  "       each with [--directory <folder of the stack file>]",
].join("\n");

async function certificate(
  stack: string,
  directory: string,
  options: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const { ssh } = readStackConfig(stack, directory);
  if (!ssh.userCa.enabled) {
    throw new Error(`stack ${stack} has no SSH authority: set ssh.userCa.enabled, then pulumi up`);
  }
  const { hours = String(ssh.userCa.hours), "public-key": publicKey } = options;
  const count = Number(hours);
  if (!Number.isInteger(count) || count < 1 || count > ssh.userCa.hours) {
    throw new Error(
      `--hours ${String(hours)}: a whole number from 1 to ${String(ssh.userCa.hours)} (ssh.userCa.hours)`,
    );
  }
  const reason = `to sign an SSH certificate for ${hours} h`;
  const authority = await readSecretOutput("sshAuthority", { stack, directory, reason });
  const { file, serial, until } = await issueCertificate({
    ...{ stack, authority, hours: count },
    publicKey:
      typeof publicKey === "string"
        ? resolve(publicKey)
        : join(homedir(), ".ssh", "id_ed25519.pub"),
    principals: ssh.userCa.principals.length > 0 ? ssh.userCa.principals : [ssh.user],
  });
  process.stdout.write(`${file}: serial ${serial}, good until ${until.toISOString()}\n`);
  return 0;
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    hours: { type: "string" },
    "public-key": { type: "string" },
    identity: { type: "string" },
    directory: { type: "string" },
  });
  const [stack, verb, ...command] = words;
  const { identity, directory = projectDirectory } = options;
  if (stack === undefined || verb === undefined || typeof directory !== "string") {
    throw new Error(usage);
  }
  if (verb === "certificate") return certificate(stack, directory, options);
  const config = readStackConfig(stack, directory);
  return connect(stack, config, verb, command, typeof identity === "string" ? identity : undefined);
});
