import type { HostCheck } from "./checks";
import { type Finding, healMend, inCluster } from "./finding";

/** What one look on a host brought. */
export interface LookResult {
  readonly id: number;
  /** 0: as wanted. 10: not. Anything else: it could not be looked at. */
  readonly code: number;
  readonly lines: readonly string[];
}

/** What drift.sh prints, read. */
export interface HostLook {
  readonly results: readonly LookResult[];
  /** Documents by name, such as the cluster's nodes. */
  readonly data: ReadonlyMap<string, string>;
}

/** How a script that would change something ends; see `lib.sh`. */
const wouldChange = 10;

/** What is told in plain words. */
const plainDocuments = ["api", "end"];

/** Reads what drift.sh prints; `decode` opens a document. */
export function parseLook(output: string, decode: (text: string) => string): HostLook {
  const lines = new Map<number, string[]>();
  const results: LookResult[] = [];
  const data = new Map<string, string>();
  for (const text of output.split("\n")) {
    const [, sign, word = "", rest = ""] = /^([@=%]) (\S+) ?(.*)$/.exec(text) ?? [];
    const id = Number(word);
    if (sign === "%") data.set(word, plainDocuments.includes(word) ? rest : decode(rest));
    if (sign === "@") lines.set(id, [...(lines.get(id) ?? []), rest]);
    if (sign === "=") results.push({ id, code: Number(rest), lines: lines.get(id) ?? [] });
  }
  return { results, data };
}

type Told = Pick<Finding, "what" | "found" | "wanted">;

/** What scripts say in check mode, as columns of the table. */
const sayings: readonly (readonly [RegExp, (...words: string[]) => Told])[] = [
  [
    /^write (\S+)(?: \((.*)\))?$/,
    (path = "", found = "") => ({
      what: path,
      found: found === "" ? "differs" : found,
      wanted: "the program's text, mode and owner",
    }),
  ],
  [/^set hostname (.*)$/, (name = "") => ({ what: "hostname", found: "another", wanted: name })],
  [
    /^set (\S+) = (.*) \(was (.*)\)$/,
    (name = "", wanted = "", found = "") => ({ what: `sysctl ${name}`, found, wanted }),
  ],
  [
    /^load kernel module (.*)$/,
    (name = "") => ({ what: `kernel module ${name}`, found: "not loaded", wanted: "loaded" }),
  ],
  [
    /^install packages: (.*)$/,
    (names = "") => ({ what: `packages ${names}`, found: "missing", wanted: "installed" }),
  ],
  [/^start (\S+)$/, (unit = "") => ({ what: unit, found: "not active", wanted: "active" })],
  [
    /^enable (\S+)$/,
    (unit = "") => ({ what: unit, found: "not enabled", wanted: "enabled at boot" }),
  ],
  [/^disable (\S+)$/, (unit = "") => ({ what: unit, found: "active", wanted: "disabled" })],
  [
    /^stage (k3s \S+) .*$/,
    (release = "") => ({
      what: `staged binary of ${release}`,
      found: "missing, or not what was verified",
      wanted: "the release's digest",
    }),
  ],
  [
    /^install (k3s \S+)(?: \((.*)\))?$/,
    (release = "", found = "") => ({
      what: "/usr/local/bin/k3s",
      found: found === "" ? "another binary" : found,
      wanted: `the digest of ${release}`,
    }),
  ],
  [/^link (\S+)$/, (path = "") => ({ what: path, found: "missing", wanted: "a link to k3s" })],
  [
    /^bring (k3s \S+) to its configuration$/,
    (release = "") => ({
      what: "what k3s was last started with",
      found: "another configuration",
      wanted: `the staged one, with ${release}`,
    }),
  ],
  [
    /^(label|taint) (\S+): (.*)$/,
    (kind = "", node = "", marks = "") => ({
      what: `node ${node} ${kind}s`,
      found: "missing, or another value",
      wanted: marks.replace(/(\S+)-(?=\s|$)/g, "no $1"),
    }),
  ],
  [/^remove (\S+)$/, (path = "") => ({ what: path, found: "there", wanted: "not there" })],
  [
    /^reboot: (.*)$/,
    (reason = "") => ({ what: "reboot", found: `due: ${reason}`, wanted: "done" }),
  ],
];

function told(line: string): Told {
  for (const [pattern, make] of sayings) {
    const match = pattern.exec(line);
    if (match !== null) return make(...match.slice(1));
  }
  return { what: line, found: "not so", wanted: "so" };
}

/** Where k3s reads what is staged under /etc/bramble/k3s. */
const copies: readonly (readonly [from: string, to: string])[] = [
  ["/etc/bramble/k3s/manifests/", "/var/lib/rancher/k3s/server/manifests/"],
  ["/etc/bramble/k3s/", "/etc/rancher/k3s/"],
];

function copyOf(path: string): string | undefined {
  const found = copies.find(([from]) => path.startsWith(from));
  return found === undefined ? undefined : `${found[1]}${path.slice(found[0].length)}`;
}

/** Leaves out what only follows from something else: a copy of a file that is wrong itself. */
function withoutConsequences(findings: readonly Finding[]): Finding[] {
  const staged = findings.flatMap(({ what }) => copyOf(what) ?? []);
  const others = findings.some(({ what }) => !/^(what k3s was|k3s(-agent)?\.service$)/.test(what));
  return findings.filter(
    ({ what }) => !staged.includes(what) && !(others && what.startsWith("what k3s was last")),
  );
}

/** What a host told of its checks. */
export interface HostVerdict {
  readonly findings: readonly Finding[];
  /** Why something could not be looked at, one line each. */
  readonly failures: readonly string[];
}

/** Turns the results of a host's checks, by their numbers, into findings. */
export function hostFindings(
  stack: string,
  host: string,
  checks: readonly HostCheck[],
  results: readonly LookResult[],
): HostVerdict {
  const findings: Finding[] = [];
  const failures: string[] = [];
  checks.forEach(({ name, urn }, id) => {
    const result = results.find((candidate) => candidate.id === id);
    if (result?.code !== 0 && result?.code !== wouldChange) {
      const last = result?.lines.at(-1)?.replace(/^bramble: \S+: /, "") ?? "no answer";
      failures.push(`${host}: ${name} could not be looked at: ${last}`);
      return;
    }
    const lines = result.lines.filter((line) => line.startsWith("would "));
    if (result.code === wouldChange && lines.length === 0) lines.push(`would ${name}`);
    for (const line of lines) {
      const plain = line.replace(/^would (change: )?/, "");
      const mend = urn === undefined ? "raise the host's generation, pulumi up" : healMend(stack);
      const heal = urn === undefined ? {} : { heal: { urn, by: "again" } as const };
      const words = told(plain);
      const where = words.what.startsWith("node ") ? inCluster : host;
      findings.push({ where, ...words, mend, ...heal });
    }
  });
  return { findings: withoutConsequences(findings), failures };
}
