import * as pulumi from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls";
import type { HostTarget } from "../remote/connection";
import { remoteScript } from "../remote/remoteScript";

/** Arguments of {@link UserAuthority}. */
export interface UserAuthorityArgs {
  /** Raised by one for each new authority; the one before stays trusted. */
  readonly generation: number;
}

/**
 * The stack's own SSH authority: hosts accept certificates it has signed. Its private key lives in
 * the encrypted state and reaches no host.
 */
export class UserAuthority extends pulumi.ComponentResource {
  /** Signs certificates, in OpenSSH's format; secret. */
  readonly privateKey: pulumi.Output<string>;
  private readonly publicKeys: pulumi.Output<string>;

  constructor(name: string, { generation }: UserAuthorityArgs, opts?: pulumi.ResourceOptions) {
    super("bramble:host:UserAuthority", name, {}, opts);
    const make = (number: number) =>
      new PrivateKey(`ssh-user-ca-${String(number)}`, { algorithm: "ED25519" }, { parent: this });
    const current = make(generation);
    const trusted = generation > 1 ? [current, make(generation - 1)] : [current];
    this.privateKey = pulumi.secret(current.privateKeyOpenssh);
    this.publicKeys = pulumi
      .all(trusted.map(({ publicKeyOpenssh }) => publicKeyOpenssh))
      .apply((keys) => keys.map((key) => key.trim()).join("\n"));
    this.registerOutputs({});
  }

  /** Makes a host trust the authority, until this is removed. */
  trust(host: HostTarget, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return remoteScript(
      `${host.name}-ssh-ca`,
      {
        host,
        create: { script: "ssh-ca.sh", args: ["converge"], timeoutSeconds: 60 },
        delete: { script: "ssh-ca.sh", args: ["remove"], timeoutSeconds: 60 },
        stdin: this.publicKeys,
      },
      opts,
    );
  }
}
