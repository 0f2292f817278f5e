import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { rootFileSystem } from "./hosts";

const run = promisify(execFile);

/** Why a lab cannot have a way out on this machine, with the mend; undefined when it can. */
export function uplinkRequirements(): string | undefined {
  const folders = (process.env.PATH ?? "").split(":");
  return folders.some((folder) => existsSync(join(folder, "slirp4netns")))
    ? undefined
    : "its images need a way out of the lab: apt-get install slirp4netns";
}

/** Gives a lab that is up a way out, private ranges excepted; `down` ends it. */
export async function uplink(lab: string): Promise<void> {
  await run(join(__dirname, "hosts", "uplink.sh"), ["on", lab, await rootFileSystem()]);
}
