import { join } from "node:path";
import { projectDirectory } from "./stackFile";

/** Where records of a project are kept. @param directory folder of the stack's file. */
export function governanceFolder(directory: string = projectDirectory): string {
  return join(directory, "docs", "governance");
}
