import { readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { auditVerb } from "./audit/verb";
import { checkVerb } from "./check/verb";
import { importVerb } from "./import/verb";
import { importMediaVerb } from "./importMediaVerb";
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

runCommand((argv) => {
  const [stack, name = "", ...rest] = argv;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (stack === undefined || stack.startsWith("-") || verb === undefined) {
    throw new Error(usageOf(verbs));
  }
  const line = readArguments(rest, { ...verb.options, directory: { type: "string" } });
  const { directory } = line.options;
  return verb.run({
    ...line,
    stack,
    directory: typeof directory === "string" ? directory : projectDirectory,
  });
});
