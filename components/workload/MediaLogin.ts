import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { ComponentResource, type Output, type Resource, secret } from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import type { MediaConfig } from "../../config/schema";
import { keepersOf } from "../keepers";
import { childOptions, type ChildScope } from "../options";
import { mediaStackSettings } from "./mediaSettings";
import { renderLoginShell } from "./renderShared";
import { loginSecret } from "./toolNames";

/** What the login is made from. */
export interface MediaLoginArgs {
  readonly media: MediaConfig;
  /** A password from the stack's encrypted config. */
  readonly given: Output<string> | undefined;
  /** Since when the generated one is in use; another date is another password. */
  readonly since?: string | undefined;
  readonly scope: ChildScope;
  readonly parent: Resource;
}

/** Whether the apps' pages get a password of Bramble's. */
export function hasLogin({ wiring, login }: MediaConfig): boolean {
  return wiring.enabled && login.method === "forms";
}

/** The password of the apps' web pages, generated unless given. No app mounts it: the wiring does. */
export class MediaLogin extends ComponentResource {
  readonly password: Output<string>;
  /** The Secret that holds it. */
  readonly object: Secret;

  constructor(name: string, { media, given, since, scope, parent }: MediaLoginArgs) {
    super("bramble:workload:MediaLogin", name, {}, { parent });
    const random = {
      ...{ length: 24, special: false },
      ...keepersOf(since, { generation: String(media.login.generation) }),
    };
    this.password =
      given === undefined
        ? new RandomPassword(name, random, { parent: this }).result
        : secret(given);
    const encoded = this.password.apply((text) => Buffer.from(text).toString("base64"));
    this.object = new Secret(
      name,
      { ...renderLoginShell(mediaStackSettings(media)), data: { [loginSecret.key]: encoded } },
      childOptions(this, scope),
    );
    this.registerOutputs();
  }
}
