import { PrivateKey } from "@pulumi/tls/privateKey";
import * as pulumi from "@pulumi/pulumi";
import type { Destination } from "../components/k3s/destination";
import { Snapshots } from "../components/k3s/Snapshots";
import type { Secrets } from "../config/load";
import type { Config } from "../config/schema";
import type { DestinationConfig } from "../config/snapshotsSchema";
import type { PreparedHost } from "./hosts";

/** The one place that is named. */
export function destinationOf({ s3, nfs, ssh }: DestinationConfig): Destination {
  if (s3 !== undefined) return { kind: "s3", ...s3 };
  if (nfs !== undefined) return { kind: "nfs", ...nfs };
  if (ssh !== undefined) return { kind: "ssh", ...ssh };
  throw new Error("the configuration's rules let copies without a destination through");
}

/**
 * Copies of snapshots and volumes off the hosts, when the configuration names a destination.
 *
 * The recovery key is made in any case: turned off and on again, the copies from before still open.
 *
 * @returns the recovery key, which opens the copies; secret.
 */
export function snapshots(
  config: Config,
  secrets: Secrets,
  hosts: readonly PreparedHost[],
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const key = new PrivateKey("recovery-key", { algorithm: "ED25519" }, { parent });
  const { offHost } = config.k3s.snapshots;
  if (offHost !== undefined) {
    const destination = destinationOf(offHost);
    new Snapshots(`${config.cluster.name}-snapshots`, {
      settings: { destination, cluster: config.cluster.name, retention: offHost.retention },
      secrets:
        destination.kind === "s3"
          ? {
              "s3-access-key": secrets.snapshotS3AccessKey,
              "s3-secret-key": secrets.snapshotS3SecretKey,
            }
          : { "ssh-key": destination.kind === "ssh" ? secrets.snapshotSshKey : undefined },
      recipient: key.publicKeyOpenssh,
      schedule: offHost.schedule,
      gone: config.hosts.filter(({ state }) => state === "gone").map(({ name }) => name),
      hosts: hosts.map(({ config: { role }, target, prepared }) => ({ target, role, prepared })),
    });
  }
  return pulumi.secret(key.privateKeyOpenssh);
}
