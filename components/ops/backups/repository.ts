import type { Destination } from "../../k3s/destination";

/** A restic repository and what a pod needs to reach it. */
export interface Repository {
  /** `RESTIC_REPOSITORY`. */
  readonly location: string;
  /** Environment beside it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that are keys of the Secret. */
  readonly secretVariables: Readonly<Record<string, string>>;
  /** An export that is mounted into the pod, as `location` says. */
  readonly nfs: { readonly server: string; readonly path: string } | undefined;
  /** How ssh is told; `location` names the host `copies`. */
  readonly ssh: { readonly config: string; readonly knownHosts: string } | undefined;
  /** TCP port that is called; none where the node does that. */
  readonly port: number | undefined;
}

/** Keys of the Secret with all that opens the repository, beside its passwords. */
export const secretKeys = {
  s3AccessKey: "s3-access-key",
  s3SecretKey: "s3-secret-key",
  sshKey: "ssh-key",
} as const;

/**
 * Key of the Secret with the password of a generation. The value of a key never changes, so that a
 * job of before a rotation finds what it knows.
 */
export function passwordKey(generation: number): string {
  return generation === 1 ? "password" : `password-${String(generation)}`;
}

/** File of the present password in {@link secretsPath}; former ones are `former-N` beside it. */
export const passwordFile = "password";

/** Where the repository's password is mounted, with the key for ssh beside it. */
export const secretsPath = "/secrets";

/** Where an NFS export is mounted. */
export const exportPath = "/repository";

/** Home of the user in the pod: ssh looks for its settings there. */
export const homePath = "/home/backup";

const nothing = { environment: {}, secretVariables: {}, nfs: undefined, ssh: undefined };

/** Every cluster has a repository of its own below the place that is named. */
const folderOf = (cluster: string): string => `app-configs/${cluster}`;

function sshConfig({ host, port, user }: Extract<Destination, { kind: "ssh" }>): string {
  return [
    "Host copies",
    `  HostName ${host}`,
    `  Port ${String(port)}`,
    `  User ${user}`,
    `  IdentityFile ${secretsPath}/${secretKeys.sshKey}`,
    "  IdentitiesOnly yes",
    "  BatchMode yes",
    "  StrictHostKeyChecking yes",
    `  UserKnownHostsFile ${homePath}/.ssh/known_hosts`,
    "  HostKeyAlias copies",
    "  ServerAliveInterval 60",
    "",
  ].join("\n");
}

/** The repository at a destination. @see https://restic.readthedocs.io/en/stable/030_preparing_a_new_repo.html */
export function repositoryAt(destination: Destination, cluster: string): Repository {
  const folder = folderOf(cluster);
  switch (destination.kind) {
    case "s3": {
      const { endpoint, bucket, prefix, region } = destination;
      const { port, protocol } = new URL(endpoint);
      const path = [bucket, ...(prefix === undefined ? [] : [prefix]), folder].join("/");
      return {
        ...nothing,
        location: `s3:${endpoint.replace(/\/+$/, "")}/${path}`,
        environment: { AWS_DEFAULT_REGION: region },
        secretVariables: {
          AWS_ACCESS_KEY_ID: secretKeys.s3AccessKey,
          AWS_SECRET_ACCESS_KEY: secretKeys.s3SecretKey,
        },
        port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port),
      };
    }
    case "nfs": {
      const { server, path } = destination;
      const nfs = { server, path };
      return { ...nothing, location: `${exportPath}/${folder}`, nfs, port: undefined };
    }
    case "ssh": {
      const knownHosts = `copies ${destination.hostKey.trim().split(/\s+/).slice(0, 2).join(" ")}\n`;
      return {
        ...nothing,
        location: `sftp:copies:${destination.path}/${folder}`,
        ssh: { config: sshConfig(destination), knownHosts },
        port: destination.port,
      };
    }
  }
}
