import { dirname } from "node:path";
import { forms } from "../../support/canaries";

/** Options of journalctl that show what is said, and with which arguments who said it was called. */
export const journalFields =
  "--no-pager --output export --output-fields=MESSAGE,_CMDLINE,_COMM,SYSLOG_IDENTIFIER";

/** Where files of a host lie that no package brought. */
const folders = "/etc /root /home /opt /run /tmp /usr/local /var";

/** Runs a command on a host as root and returns what it printed. */
export type RootCommand = (command: string, input: string) => Promise<string>;

/** Files of a host that hold a secret, by who may read them. */
export interface SecretFiles {
  /** Root's own, in no way open to others, or below a folder that is. */
  readonly closed: readonly string[];
  /** All others, with owner and mode. */
  readonly open: readonly string[];
}

function above(path: string): string[] {
  return path === "/" ? [] : [path, ...above(dirname(path))];
}

/** Looks for secrets in every file of a host, plain and in base64, and at who may read each. */
export async function secretFiles(
  asRoot: RootCommand,
  secrets: readonly string[],
): Promise<SecretFiles> {
  const lines = secrets
    .flatMap((secret) => forms(secret))
    .filter(({ kind, text }) => /^(clear|base64)$/.test(kind) && !text.includes("\n"))
    .map(({ text }) => text);
  // Layers of images are no files of ours, and many.
  const search = `LC_ALL=C grep -rlaF -D skip --exclude-dir=containerd -f - ${folders} 2>/dev/null || true`;
  const found = await asRoot(search, `${[...new Set(lines)].join("\n")}\n`);
  const files = found.split("\n").filter((path) => path !== "");
  const paths = [...new Set(files.flatMap(above))];
  // A file may be gone by now: it was a temporary one, and has its own test.
  const told = await asRoot(
    "xargs -r -d '\\n' stat -c '%a %U %n' 2>/dev/null || true",
    paths.join("\n"),
  );
  const modes = new Map(
    told.split("\n").map((line) => {
      const [mode = "", owner = "", ...path] = line.split(" ");
      return [path.join(" "), `${mode} ${owner}`] as const;
    }),
  );
  const isClosed = (path: string) =>
    above(path).some((one) => {
      const mode = modes.get(one) ?? "";
      return (one === path ? /^[0-7]00 root$/ : /^700 root$/).test(mode);
    });
  const present = files.filter((path) => modes.has(path));
  return {
    closed: present.filter(isClosed),
    open: present.filter((path) => !isClosed(path)).map((path) => `${path} ${modes.get(path)}`),
  };
}
