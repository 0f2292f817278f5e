import { spawnSync } from "node:child_process";
import { join } from "node:path";

const components = join(__dirname, "..", "..", "components");

/** What a piece of shell left. */
export interface ShellResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a piece of shell that has sourced lib.sh and scripts of `components/k3s/scripts`, as scripts
 * on a host do.
 *
 * @param state folder in the place of `/var/lib/bramble`.
 */
export function runSourced(scripts: readonly string[], text: string, state: string): ShellResult {
  const sources = scripts
    .map((name) => `source "${join(components, "k3s", "scripts", name)}"`)
    .join("\n");
  // lib.sh names its folder for good; a copy of the line is the only way round.
  const lib = `source <(sed 's#^readonly state_dir=.*#readonly state_dir=${state}#' "${join(components, "remote", "scripts", "lib.sh")}")`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", `${lib}\n${sources}\n${text}`], {
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}
