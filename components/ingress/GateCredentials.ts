import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { keepersOf } from "../keepers";
import type { GateSettings } from "./settings";

/** The user who passes the gate, with a generated password. */
export class GateCredentials extends pulumi.ComponentResource {
  /** The password; secret. */
  readonly password: pulumi.Output<string>;
  /** The user with the password's bcrypt hash, as htpasswd writes it; secret. */
  readonly users: pulumi.Output<string>;

  constructor(
    name: string,
    { user, generation, passwordSince }: Extract<GateSettings, { type: "basic" }>,
    opts: pulumi.ResourceOptions,
  ) {
    super("bramble:ingress:GateCredentials", name, {}, opts);
    const password = new RandomPassword(
      name,
      {
        length: 24,
        special: false,
        ...keepersOf(passwordSince, { generation: String(generation) }),
      },
      { parent: this },
    );
    this.password = password.result;
    this.users = pulumi.secret(pulumi.interpolate`${user}:${password.bcryptHash}`);
    this.registerOutputs({});
  }
}
