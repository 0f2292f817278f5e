import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnvironment } from "../childEnvironment";
import { peopleGroup } from "../../components/platform/renderPeople";
import { emergencyRole } from "../../config/accessSchema";
import type { Config } from "../../config/schema";
import type { Kubectl } from "../cluster/kubectl";
import { clusterEntry, renderUserKubeconfig } from "../access/kubeconfig";

/** Whom a certificate is for, and what it is good for. */
export interface PersonRequest {
  readonly name: string;
  /** A role of `cluster.people`. */
  readonly role: string;
  /** Where the role holds. Default: in the whole cluster. */
  readonly namespace?: string | undefined;
  readonly hours: number;
}

/** A certificate with its kubeconfig. */
export interface PersonAccess {
  /** Secret: the private key is in it. */
  readonly kubeconfig: string;
  readonly context: string;
  /** What the API server calls the person. */
  readonly user: string;
  readonly serial: string;
  readonly until: Date;
}

/** Most hours: what cannot be taken back has to end by itself. */
export const mostHours = 168;

const certificatePatienceSeconds = 30;

/**
 * What is wrong with a request, in one line with a mend; undefined when nothing is.
 *
 * A role that nobody bound would give a certificate that may do nothing.
 */
export function personMistake(
  { name, role, namespace, hours }: PersonRequest,
  { cluster: { people } }: Config,
): string | undefined {
  if (!/^[a-z0-9][a-z0-9._-]{0,40}$/.test(name)) {
    return `${name} is no name for a certificate (lower-case letters, digits, '.', '_' and '-')`;
  }
  if (!Number.isInteger(hours) || hours < 1 || hours > mostHours) {
    return `--hours: a whole number from 1 to ${String(mostHours)}; a certificate cannot be revoked`;
  }
  if (role === emergencyRole.name) return emergencyRole.why;
  const known = people.some(
    (row) =>
      row.role === role &&
      (namespace === undefined
        ? row.namespaces === undefined
        : row.namespaces?.includes(namespace) === true),
  );
  if (known) return undefined;
  const wanted = namespace === undefined ? "" : `, namespaces: [${namespace}]`;
  return `nobody may be given the role ${role}${namespace === undefined ? "" : ` in ${namespace}`}: add { role: ${role}${wanted} } to cluster.people, then pulumi up`;
}

/** A certificate request for a key, which travels by standard input. */
function signingRequest(key: string, user: string, group: string): Promise<string> {
  // Node's standard input is a socket, which no program opens by its path; cat's is a pipe.
  const command = 'cat | openssl req -new -key /dev/stdin -subj "$1"';
  return new Promise((resolve, reject) => {
    const args = ["-c", command, "sh", `/O=${group}/CN=${user}`];
    const child = execFile("sh", args, { env: childEnvironment() }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === 127) reject(new Error("openssl is missing: install it"));
      else reject(new Error(`openssl makes no request: ${stderr.trim().split("\n").at(-1) ?? ""}`));
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(key);
  });
}

async function issued(kubectl: Kubectl, name: string): Promise<string> {
  const until = Date.now() + certificatePatienceSeconds * 1000;
  for (;;) {
    const text = await kubectl(["get", "csr", name, "--output", "json"]);
    const { status } = JSON.parse(text) as { status?: { certificate?: string } };
    if (status?.certificate !== undefined) return status.certificate;
    if (Date.now() > until) {
      throw new Error(
        `the cluster signs no certificates for its API (kubernetes.io/kube-apiserver-client): no answer to ${name} in ${String(certificatePatienceSeconds)} s`,
      );
    }
    await sleep(500);
  }
}

/**
 * Has the cluster sign a certificate for a person. The private key is made here, and is nowhere but
 * in the kubeconfig that is returned. Whoever kubectl is has to be an administrator.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/
 */
export async function issuePersonAccess(
  kubectl: Kubectl,
  clusterName: string,
  { name, role, namespace, hours }: PersonRequest,
): Promise<PersonAccess> {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  // A prefix of its own: no binding of others is for such a user.
  const user = `bramble:${name}`;
  const request = await signingRequest(privateKey, user, peopleGroup(role, namespace));
  const csr = `bramble-${name.replaceAll("_", "-")}-${randomBytes(4).toString("hex")}`;
  const object = {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: csr },
    spec: {
      request: Buffer.from(request, "utf8").toString("base64"),
      signerName: "kubernetes.io/kube-apiserver-client",
      expirationSeconds: hours * 3600,
      usages: ["client auth"],
    },
  };
  await kubectl(["create", "--filename", "-"], JSON.stringify(object));
  try {
    await kubectl(["certificate", "approve", csr]);
    const certificate = await issued(kubectl, csr);
    const { serialNumber, validTo } = new X509Certificate(Buffer.from(certificate, "base64"));
    const context = `${clusterName}-${name}-${[role, namespace].filter(Boolean).join("-")}`;
    const kubeconfig = renderUserKubeconfig({
      ...{ clusterName, cluster: await clusterEntry(kubectl), name: context, namespace },
      user: {
        "client-certificate-data": certificate,
        "client-key-data": Buffer.from(privateKey, "utf8").toString("base64"),
      },
    });
    return { kubeconfig, context, user, serial: serialNumber, until: new Date(validTo) };
  } finally {
    await kubectl(["delete", "csr", csr, "--ignore-not-found"]).catch(() => undefined);
  }
}
