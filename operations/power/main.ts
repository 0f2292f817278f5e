import { print, readArguments, runCommand } from "../arguments";
import { typedWord } from "../confirm";
import { projectDirectory, readStackConfig } from "../stackFile";
import { powerOff } from "./off";
import { powerOn } from "./on";
import { governanceFolder } from "../governance";

const usage = `usage: npm run power -- <stack> off [--yes] [--hosts-stay-on] [--force] [--identity <private key file>]
       npm run power -- <stack> on [--patience <seconds>] [--grace <seconds>] [--identity <private key file>]`;

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    yes: { type: "boolean" },
    "hosts-stay-on": { type: "boolean" },
    force: { type: "boolean" },
    patience: { type: "string" },
    grace: { type: "string" },
    identity: { type: "string" },
    directory: { type: "string" },
  });
  const [stack, verb] = words;
  const { identity, directory = projectDirectory } = options;
  // Hosts may check their disks first; the third server is given three minutes.
  const patience = Number(options["patience"] ?? 900);
  const grace = Number(options["grace"] ?? 180);
  if (
    stack === undefined ||
    words.length !== 2 ||
    (verb !== "off" && verb !== "on") ||
    [patience, grace].some((seconds) => !Number.isInteger(seconds) || seconds < 0) ||
    typeof directory !== "string"
  ) {
    throw new Error(usage);
  }
  const config = readStackConfig(stack, directory);
  if (config.hosts.length === 0) throw new Error(`Pulumi.${stack}.yaml lists no hosts`);
  const run = verb === "off" ? powerOff : powerOn;
  return run({
    access: { stack, config, ...(typeof identity === "string" ? { identity } : {}) },
    hostsStayOn: options["hosts-stay-on"] === true,
    force: options["force"] === true,
    confirm: options["yes"] === true ? () => Promise.resolve(true) : typedWord,
    ...{ patienceSeconds: patience, graceSeconds: grace },
    folder: governanceFolder(directory),
    print,
  });
});
