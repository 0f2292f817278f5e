import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { auditVerb } from "./audit/verb";
import { checkVerb } from "./check/verb";
import { importVerb } from "./import/verb";
import { importMediaVerb } from "./importMediaVerb";
import { hiddenAnswer } from "./keys/hiddenAnswer";
import { missingPassphrase } from "./keys/missing";
import { listVerb } from "./list/verb";
import { rekeyVerb } from "./rekey/verb";
import { dueVerb, rotateVerb } from "./rotate/verb";
import { showVerb } from "./show/verb";
import { trailVerb } from "./trailVerb/verb";
import { usageOf, type Verb } from "./verb";

/** What can be done with secrets, by name. */
const verbs: Readonly<Record<string, Verb>> = {
  list: listVerb,
  import: importVerb,
  audit: auditVerb,
  "import-media": importMediaVerb,
  rekey: rekeyVerb,
  check: checkVerb,
  trail: trailVerb,
  show: showVerb,
  rotate: rotateVerb,
  due: dueVerb,
};

runCommand(async (argv) => {
  const [stack, name = "", ...rest] = argv;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (stack === undefined || stack.startsWith("-") || verb === undefined) {
    throw new Error(usageOf(verbs));
  }
  if (rest.some((word) => word === "--help" || word === "-h")) {
    print(`${usageOf({ [name]: verb })}\n`);
    return 0;
  }
  const line = readArguments(rest, { ...verb.options, directory: { type: "string" } });
  const { directory } = line.options;
  const call = {
    ...{ ...line, stack },
    directory: typeof directory === "string" ? directory : projectDirectory,
  };
  if (verb.opens === true) {
    const asked = await missingPassphrase(stack, call.directory, process.env, {
      atTerminal: process.stdin.isTTY,
      ask: hiddenAnswer,
    });
    // For the CLI alone: other programs are started without it.
    if (asked !== undefined) process.env["PULUMI_CONFIG_PASSPHRASE"] = asked;
  }
  return verb.run(call);
});
