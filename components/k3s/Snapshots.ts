import * as pulumi from "@pulumi/pulumi";
import type { HostTarget } from "../remote/connection";
import { remoteFile } from "../remote/remoteFile";
import { remoteScript } from "../remote/remoteScript";
import { type DestinationSettings, renderDestination } from "./destination";

/** One host that makes copies. */
export interface CopyingHost {
  readonly target: HostTarget;
  readonly role: "server" | "agent";
  /** Done when the host has its packages. */
  readonly prepared: pulumi.Resource;
}

/** Secret files of a destination, by name; see offhost.sh. */
export type DestinationSecrets = Readonly<Record<string, pulumi.Output<string> | undefined>>;

/** Arguments of {@link Snapshots}. */
export interface SnapshotsArgs {
  readonly settings: DestinationSettings;
  readonly secrets: DestinationSecrets;
  /** Public half of the recovery key, as OpenSSH writes it. Hosts encrypt with it and open nothing. */
  readonly recipient: pulumi.Output<string>;
  /** When servers make copies, as systemd's `OnCalendar`. */
  readonly schedule: string;
  /** Servers in their order, and agents. */
  readonly hosts: readonly CopyingHost[];
  /** Names of hosts that are dead. */
  readonly gone: readonly string[];
}

const nothing = { script: "k3s-snapshot.sh", args: ["none"], timeoutSeconds: 120 } as const;

const directory = "/etc/bramble/snapshots";

/** Servers follow one another by this much, so that one that stalls the store stalls no other. */
const staggerSeconds = 600;

/**
 * Encrypted copies off the hosts: every server has the destination, its credentials, the recovery
 * key's public half and a timer. Agents have all but the timer, for copies of their volumes.
 *
 * Nothing here waits for k3s: a blank host can be restored from a copy.
 */
export class Snapshots extends pulumi.ComponentResource {
  constructor(name: string, args: SnapshotsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bramble:k3s:Snapshots", name, {}, opts);
    const servers = args.hosts.filter(({ role }) => role === "server");
    for (const host of args.hosts) this.copies(host, servers.indexOf(host), args);
    for (const host of args.gone) this.forget(host, servers[0]);
    this.registerOutputs({});
  }

  private copies({ target, prepared }: CopyingHost, turn: number, args: SnapshotsArgs): void {
    const options = { parent: this, dependsOn: [prepared] };
    const file = (what: string, content: pulumi.Input<string>, secret: boolean) =>
      remoteFile(
        `${target.name}-snapshot-${what}`,
        { host: target, path: `${directory}/${what}`, content, secret },
        options,
      );
    const files = [
      file("destination", renderDestination(args.settings), false),
      file("recipient", args.recipient, false),
      ...Object.entries(args.secrets).flatMap(([what, secret]) =>
        secret === undefined ? [] : [file(what, secret.apply(asFile), true)],
      ),
    ];
    const delay = String(turn * staggerSeconds);
    remoteScript(
      `${target.name}-snapshots`,
      {
        host: target,
        create: {
          script: "k3s-snapshot.sh",
          args: turn < 0 ? ["none"] : ["converge", "--schedule", args.schedule, "--delay", delay],
          timeoutSeconds: 120,
        },
        delete: { script: "k3s-snapshot.sh", args: ["remove"], timeoutSeconds: 120 },
      },
      { parent: this, dependsOn: files },
    );
  }

  /** What would dial a dead host on its removal turns to a survivor and loses its `delete`. */
  private forget(host: string, survivor: CopyingHost | undefined): void {
    if (survivor === undefined) return;
    remoteScript(
      `${host}-snapshots`,
      { host: survivor.target, create: nothing },
      { parent: this, dependsOn: [survivor.prepared] },
    );
  }
}

/** A key file that does not end with its line is none for ssh. */
function asFile(secret: string): string {
  return `${secret.trimEnd()}\n`;
}
