import { z } from "zod";
import { parseAddress, parseRange } from "./addresses";

/** Writes a refused value for an error line: strings as they are, the rest as JSON. */
export function shown(value: unknown): string {
  if (typeof value === "string") return value === "" ? '""' : value;
  return JSON.stringify(value);
}

const dnsLabelPattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const dnsNamePattern = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * A string that must pass `test`; `expected` finishes the sentence "<value> is not …", and the
 * documentation names the type by it.
 */
function checkedString(test: (text: string) => boolean, expected: string) {
  return z
    .string()
    .refine(test, { error: (issue) => `${shown(issue.input)} is not ${expected}` })
    .meta({ expected });
}

/** An IPv4 address such as `192.168.1.20`. */
export const address = checkedString(
  (text) => parseAddress(text) !== undefined,
  "an IPv4 address (four numbers from 0 to 255, such as 192.168.1.20)",
);

/** A CIDR block or a dash range of IPv4 addresses. */
export const addressRange = checkedString(
  (text) => parseRange(text) !== undefined,
  "an address range (write 192.168.1.150-192.168.1.180 or 192.168.1.160/28)",
);

/** A CIDR block such as `10.42.0.0/16`. */
export const cidr = checkedString(
  (text) => text.includes("/") && parseRange(text) !== undefined,
  "a CIDR block (such as 10.42.0.0/16)",
);

/** An RFC 1123 label: what Kubernetes takes for names of nodes, namespaces and Services. */
export const dnsLabel = checkedString(
  (text) => dnsLabelPattern.test(text),
  "a name Kubernetes takes (lower-case letters, digits and '-', at most 63, such as pi-1)",
);

/** A DNS name with at least one dot, such as `home.example.org`. */
export const dnsName = checkedString(
  (text) => dnsNamePattern.test(text),
  "a DNS name (such as home.example.org)",
);

/** An IPv4 address or a name of a machine, with or without dots. */
export const machine = checkedString(
  (text) =>
    /^[0-9.]+$/.test(text)
      ? parseAddress(text) !== undefined
      : dnsLabelPattern.test(text) || dnsNamePattern.test(text),
  "an address or name of a machine (such as 192.168.1.20 or gate.example.org)",
);

/** An e-mail address. */
export const email = checkedString(
  (text) => z.email().safeParse(text).success,
  "an e-mail address (such as me@example.org)",
);

/** An absolute path on a host. */
export const absolutePath = checkedString(
  (text) => /^\/[^\0]*$/.test(text),
  "an absolute path (such as /srv/media)",
);

/** A Kubernetes quantity of storage or memory. */
export const quantity = checkedString(
  (text) => /^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/.test(text),
  "a Kubernetes quantity (such as 512Mi, 50Gi, 10Ti)",
);

/** The SHA-256 digest of a file, 64 hexadecimal digits. */
export const sha256 = checkedString(
  (text) => /^[0-9a-f]{64}$/.test(text),
  "a SHA-256 digest (64 hexadecimal digits, as in sha256sum-<arch>.txt of the release)",
);

/** A URL the hosts or the operator's machine can fetch from. */
export const url = checkedString(
  (text) => /^(https?|oci):\/\/[^\s]+$/.test(text),
  "a URL (such as https://mirror.example.org/k3s)",
);

/** Where charts come from: a URL, or a directory of this machine. */
export const chartSource = checkedString(
  (text) => /^(https?|oci):\/\/[^\s]+$/.test(text) || /^(\/|~\/)[^\0]*$/.test(text),
  "a URL or an absolute path (such as oci://registry.lan/charts or /srv/charts)",
);

/** A URL of a server that speaks HTTP, such as an endpoint of a registry. */
export const httpUrl = checkedString(
  (text) => /^https?:\/\/[^\s/@]+(\/[^\s@]*)?$/.test(text),
  "an http or https URL (such as https://registry.lan:5000, user and password apart)",
);

/** A Git repository, without user and password. */
export const gitRepository = checkedString(
  (text) =>
    /^https?:\/\/[^\s/@]+\/[^\s@]+$/.test(text) ||
    /^ssh:\/\/([^\s/@:]+@)?[^\s/@]+\/\S+$/.test(text) ||
    /^[^\s/@:]+@[^\s/@:]+:\S+$/.test(text),
  "a Git repository (such as https://github.com/me/home.git or git@github.com:me/home.git)",
);

/** A folder inside a repository. */
export const relativePath = checkedString(
  (text) => text.split("/").every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part)),
  "a folder inside the repository (such as gitops/home)",
);

/** A registry as image names begin with it, its port included; `*` is every registry. */
export const registryName = checkedString(
  (text) => /^(\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?)$/.test(text),
  'a registry (such as docker.io, registry.lan:5000, or "*" for every one)',
);

const labelName = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** The key of a node's label or taint. */
export const labelKey = checkedString((text) => {
  const [name = "", prefix, ...more] = text.split("/").reverse();
  const domain =
    prefix === undefined || dnsNamePattern.test(prefix) || dnsLabelPattern.test(prefix);
  return more.length === 0 && domain && labelName.test(name);
}, "a label key (such as disk or example.org/rack)");

/** The value of a node's label or taint. */
export const labelValue = checkedString(
  (text) => text === "" || labelName.test(text),
  "a label value (letters, digits, '-', '_' and '.', at most 63)",
);

/** The form a value must have, where its schema names it: "an IPv4 address (such as …)". */
export function expectedForm(schema: z.core.$ZodType): string | undefined {
  const expected = z.globalRegistry.get(schema)?.["expected"];
  return typeof expected === "string" ? expected : undefined;
}

/** A DNS server with its port, such as `1.1.1.1:53`. */
export const nameserver = checkedString((text) => {
  const [host = "", port = "", ...more] = text.split(":");
  return more.length === 0 && parseAddress(host) !== undefined && /^\d{1,5}$/.test(port);
}, "a DNS server with its port (such as 1.1.1.1:53)");

/** A TCP port. */
export const port = z
  .number({ error: (issue) => `${shown(issue.input)} is not a port (1 to 65535)` })
  .int()
  .min(1, { error: (issue) => `${shown(issue.input)} is not a port (1 to 65535)` })
  .max(65535, { error: (issue) => `${shown(issue.input)} is not a port (1 to 65535)` });

/**
 * A k3s release. The `+k3sN` part is the packaging revision and belongs to the version.
 *
 * @see https://github.com/k3s-io/k3s/releases
 */
export const k3sVersion = checkedString(
  (text) => /^v1\.\d+\.\d+(-rc\d+)?\+k3s\d+$/.test(text),
  "a k3s version (such as v1.36.4+k3s1; take the tag of a release)",
);

/**
 * A pinned SSH host key, `<type> <base64>`. RSA is refused: the SSH client of Pulumi's command
 * provider offers `ssh-rsa` signatures only, which today's sshd no longer accepts.
 */
export const hostKey = z.string().superRefine((text, context) => {
  const [type = "", body = ""] = text.trim().split(/\s+/);
  const mend = "run `npm run hosts -- <stack> trust` to read and pin it";
  if (type === "ssh-rsa" || type.startsWith("rsa-")) {
    context.addIssue(
      `an RSA host key cannot be pinned (today's sshd refuses ssh-rsa): pin the host's ed25519 or ecdsa key; ${mend}`,
    );
  } else if (
    !/^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521))$/.test(type) ||
    !/^[A-Za-z0-9+/]{40,}={0,2}$/.test(body)
  ) {
    context.addIssue(`${shown(text)} is not a host key (such as "ssh-ed25519 AAAAC3Nz…"); ${mend}`);
  }
});
