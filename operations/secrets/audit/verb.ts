import { join, relative } from "node:path";
import { print } from "../../arguments";
import { governanceFolder } from "../../governance";
import { projectDirectory, readStackConfig } from "../../stackFile";
import { readSecretFile } from "../formats/read";
import { fileOptions, fileUsage, keysOf, mapOf } from "../import/verb";
import { configStore } from "../store";
import type { Verb } from "../verb";
import { audit } from "./audit";
import { commitsOf } from "./history";

/** `audit`: which old files of secrets may go. */
export const auditVerb: Verb = {
  opens: true,
  usage: [`audit [path]… ${fileUsage}`],
  options: fileOptions,
  run: (call) => {
    const { stack, directory, words } = call;
    const own = relative(process.cwd(), directory) || ".";
    const paths = [own.startsWith("..") ? directory : own, ...words];
    return audit({
      ...{ stack, paths, print, readFile: readSecretFile, commitsOf },
      config: readStackConfig(stack, directory),
      store: configStore(stack, directory),
      without: [join(projectDirectory, "test")],
      ...{ map: mapOf(call), keys: keysOf(call) },
      governance: governanceFolder(directory),
    });
  },
};
