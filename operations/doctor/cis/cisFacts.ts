import { parse as parseYaml } from "yaml";
import { z } from "zod";
import type { HostConfig } from "../../../config/schema";

/** A program of Kubernetes inside k3s. */
export type Component =
  "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kube-proxy" | "kubelet";

/** A file's mode and owner. */
export interface FileMode {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** `user:group` */
  readonly owner: string;
  readonly folder: boolean;
}

/** All that the CIS checks know of one host. */
export interface CisFacts {
  readonly host: HostConfig;
  /** Why it could not be looked at, in one line with a mend. */
  readonly unreachable?: string;
  /** Arguments as this run of k3s logged them, by component; none where its log is gone. */
  readonly logged: Readonly<Partial<Record<Component, Readonly<Record<string, string>>>>>;
  /** /etc/rancher/k3s/config.yaml, less what could be secret. */
  readonly config: Readonly<Record<string, unknown>>;
  /** kubelet's own configuration, as k3s writes it since 1.32. */
  readonly kubelet: Readonly<Record<string, unknown>>;
  readonly files: readonly FileMode[];
  readonly sysctls: Readonly<Record<string, string>>;
  /** HTTP status for someone without credentials, by service; `000`: no answer. */
  readonly answers: Readonly<Record<string, string>>;
  /** Addresses with ports that something listens on. */
  readonly listening: readonly string[];
  /** What `k3s secrets-encrypt status` says, such as `Enabled`; empty where there is no such command. */
  readonly encryption: string;
  /** Providers of encryption in their order; the first writes. */
  readonly providers: readonly string[];
  /** SHA-256 of files by name. */
  readonly digests: Readonly<Record<string, string>>;
  readonly auditLogBytes?: number;
  /** Firewall chains of the network policy controller. */
  readonly policyChains: number;
  readonly installed: boolean;
}

const record = z.record(z.string(), z.unknown());

function yamlOf(lines: readonly string[]): Record<string, unknown> {
  const parsed = record.safeParse(parseYaml(lines.join("\n")));
  return parsed.success ? parsed.data : {};
}

/** `--name=value --other=…` as logged; values with spaces stand in quotes. */
export function parseArguments(text: string): Record<string, string> {
  const words = text.match(/--(?:\\?"[^"]*"|[^\s"])+/g) ?? [];
  return Object.fromEntries(
    words.map((word) => {
      const [, name = "", value = "true"] = /^--([^=]+)(?:=(.*))?$/.exec(word) ?? [];
      return [name, value.replace(/\\?"/g, "")];
    }),
  );
}

/**
 * Reads what cis-facts.sh prints.
 *
 * @returns undefined when its last line is missing.
 */
export function parseCisFacts(host: HostConfig, output: string): CisFacts | undefined {
  const rows = output.split("\n").map((line) => line.split("\t"));
  const all = (kind: string) => rows.filter(([first]) => first === kind).map(([, ...rest]) => rest);
  const pairs = (kind: string) =>
    Object.fromEntries(all(kind).map(([name = "", value = ""]) => [name, value]));
  const one = (kind: string) => all(kind)[0]?.[0] ?? "";
  if (all("end").length === 0) return undefined;
  const auditLog = one("auditlog");
  return {
    host,
    logged: Object.fromEntries(
      all("arguments").map(([component = "", text = ""]) => [component, parseArguments(text)]),
    ),
    config: yamlOf(all("config").map((cells) => cells.join("\t"))),
    kubelet: yamlOf(all("kubelet").map((cells) => cells.join("\t"))),
    files: all("file").map(([mode = "", owner = "", kind = "", path = ""]) => ({
      ...{ path, owner, mode: Number.parseInt(mode, 8) },
      folder: kind === "directory",
    })),
    sysctls: pairs("sysctl"),
    answers: pairs("answer"),
    listening: all("listen").map(([address = ""]) => address),
    encryption: one("encryption"),
    providers: one("providers")
      .split(" ")
      .filter((name) => name !== ""),
    digests: pairs("digest"),
    ...(auditLog === "" ? {} : { auditLogBytes: Number(auditLog) }),
    policyChains: Number(one("chains")),
    installed: all("unit").length > 0,
  };
}

/** What is known of a host that could not be looked at. */
export function nothingKnown(host: HostConfig, unreachable: string): CisFacts {
  return {
    ...{ host, unreachable, logged: {}, config: {}, kubelet: {}, files: [], sysctls: {} },
    ...{ answers: {}, listening: [], encryption: "", providers: [], digests: {} },
    ...{ policyChains: 0, installed: false },
  };
}
