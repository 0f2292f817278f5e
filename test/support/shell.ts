import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";

const components = join(__dirname, "..", "..", "components");

const ownPath = (name: string): string => join("k3s", "scripts", name);

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
 * @param constants values in place of those that the scripts fix, by name.
 */
export function runSourced(
  scripts: readonly string[],
  text: string,
  state: string,
  constants: Readonly<Record<string, string>> = {},
): ShellResult {
  // What is named for good when it is sourced can only be changed before.
  const fixed = Object.entries({ state_dir: state, ...constants })
    .map(([name, value]) => `s#^readonly ${name}=.*#readonly ${name}=${value}#`)
    .join(";");
  const sources = [join("remote", "scripts", "lib.sh"), ...scripts.map(ownPath)]
    .map((path) => join(components, path))
    .map((path) => {
      // A sourced text has no folder; what it sources itself is beside it.
      const beside = `s#\\$(dirname "\\$0")#${dirname(path)}#`;
      return `source <(sed '${fixed};${beside}' "${path}")`;
    })
    .join("\n");
  const { status, stdout, stderr } = spawnSync("bash", ["-c", `${sources}\n${text}`], {
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}
