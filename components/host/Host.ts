import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostTarget } from "../remote/connection";
import { installScripts, remoteScript } from "../remote/remoteScript";
import { type HostRequirements, preflightArgs, prepareArgs } from "./requirements";

/** Arguments of {@link Host}. */
export interface HostArgs extends HostRequirements {
  readonly host: HostTarget;
  /** Identity of the cluster this host belongs to; another cluster's k3s is refused. */
  readonly clusterId: pulumi.Input<string>;
  /** Debian packages the host needs. */
  readonly packages: readonly string[];
}

/** What a host is, gathered once: the Cluster Node Profile. @see docs/data-model.md */
export interface NodeProfile {
  readonly hostname: string;
  readonly model: string;
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
  readonly bits: number;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly cgroup: string;
  readonly disk: string;
  readonly diskFreeMb: number;
  readonly interface: string;
}

/**
 * A bare host with Bramble's scripts on it, its facts gathered and its fitness checked. Nothing of
 * the operating system has been changed yet: {@link Host.prepare} does that, once all hosts are fit.
 */
export class Host extends pulumi.ComponentResource {
  readonly profile: pulumi.Output<NodeProfile>;
  /** Succeeds only on a host that can become a node. */
  readonly preflight: remote.Command;
  private readonly args: HostArgs;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bramble:host:Host", name, {}, opts);
    this.args = args;
    const { host } = args;
    const scripts = installScripts(`${name}-scripts`, host, { parent: this });
    const afterScripts = { parent: this, dependsOn: [scripts] };
    const facts = remoteScript(
      `${name}-facts`,
      { host, create: { script: "facts.sh", args: [], timeoutSeconds: 60 } },
      afterScripts,
    );
    this.profile = facts.stdout.apply((text) => JSON.parse(text) as NodeProfile);
    this.preflight = remoteScript(
      `${name}-preflight`,
      {
        host,
        create: { script: "preflight.sh", args: preflightArgs(args) },
        stdin: args.clusterId,
      },
      afterScripts,
    );
    this.registerOutputs({ profile: this.profile });
  }

  /**
   * Prepares the operating system. Nothing that runs is disturbed and nothing reboots.
   *
   * @param fit the preflights that must have passed, those of all hosts.
   */
  prepare(fit: readonly pulumi.Resource[]): remote.Command {
    const { host, packages } = this.args;
    return remoteScript(
      `${host.name}-prepare`,
      {
        host,
        create: {
          script: "prepare.sh",
          args: prepareArgs("converge", host.name, packages),
          timeoutSeconds: 1200,
        },
      },
      { parent: this, dependsOn: [...fit] },
    );
  }
}
