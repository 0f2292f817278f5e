import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import {
  all,
  ComponentResource,
  secret,
  type Input,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import {
  mediaSecretKeys,
  mediaSecrets,
  type MediaSecretConfigKey,
  type MediaSecretKey,
} from "../../catalogue/apps/mediaSecrets";
import type { MediaConfig } from "../../config/schema";
import { type InUseSince, keepersOf } from "../keepers";
import { childOptions, type ChildScope } from "../options";
import { keyedChecksum } from "./checksum";
import { renderSecretShell } from "./renderShared";
import type { StackSettings } from "./settings";

/** Values from the stack's encrypted config that take the place of generated ones. */
export type GivenMediaSecrets = Readonly<
  Partial<Record<MediaSecretConfigKey | "mediaLoginPassword", Output<string> | undefined>>
>;

/** What the media stack's secrets are made from. */
export interface MediaSecretsArgs {
  readonly stack: StackSettings;
  readonly apps: MediaConfig["apps"];
  readonly given: GivenMediaSecrets;
  /** Since when generated values are in use, by config key; another date is another value. */
  readonly since?: InUseSince | undefined;
  readonly scope: ChildScope;
  readonly parent: Resource;
}

/**
 * 128 bits in hexadecimal digits, as the apps make their keys themselves. RandomBytes would do, but
 * its id is its value, and ids stand in clear in state and on the terminal.
 */
const apiKey = {
  ...{ length: 32, lower: false, upper: false, numeric: false },
  ...{ special: true, overrideSpecial: "0123456789abcdef" },
};

function encoded(value: Output<string>): Output<string> {
  return value.apply((text) => Buffer.from(text).toString("base64"));
}

const generationOf = ({ secretGeneration }: { readonly secretGeneration: number }) => ({
  generation: String(secretGeneration),
});

/** The keys and passwords of the media apps, generated unless given, in one Secret. */
export class MediaSecrets extends ComponentResource {
  /** Every value there is, by its key in the Secret. All are secret outputs. */
  readonly values: ReadonlyMap<MediaSecretKey, Output<string>>;
  /** The Secret that holds them. */
  readonly object: Secret;
  private readonly salt: Output<string>;

  constructor(name: string, { stack, apps, given, since = {}, scope, parent }: MediaSecretsArgs) {
    super("bramble:workload:MediaSecrets", name, {}, { parent });

    const values = new Map<MediaSecretKey, Output<string>>();
    for (const key of mediaSecretKeys) {
      const { app, configKey } = mediaSecrets[key];
      const fromConfig = given[configKey];
      const value =
        fromConfig === undefined
          ? this.generate(key, keepersOf(since[configKey], generationOf(apps[app])))
          : secret(fromConfig);
      if (value !== undefined) values.set(key, value);
    }
    this.values = values;
    this.salt = new RandomPassword(
      `${name}-salt`,
      { length: 43, special: false },
      { parent: this },
    ).result;

    // Not `stringData`: a key that leaves it would stay in the cluster's object.
    const data = Object.fromEntries([...values].map(([key, value]) => [key, encoded(value)]));
    this.object = new Secret(
      name,
      { ...renderSecretShell(stack), data },
      childOptions(this, scope),
    );
    this.registerOutputs();
  }

  /**
   * Digest of the values behind some keys, or undefined when there is none: an app that shows it in
   * its pod template restarts when one of its own values changes, and only then.
   *
   * @param more values from elsewhere that it uses as well.
   */
  checksum(
    keys: readonly string[],
    more: Readonly<Record<string, Output<string>>> = {},
  ): Output<string> | undefined {
    const own = [...this.values].filter(([key]) => keys.includes(key));
    const used: Record<string, Input<string>> = { ...Object.fromEntries(own), ...more };
    if (Object.keys(used).length === 0) return undefined;
    return secret(
      all([this.salt, all(used)]).apply(([salt, values]) => keyedChecksum(salt, values)),
    );
  }

  private generate(
    key: MediaSecretKey,
    kept: ReturnType<typeof keepersOf>,
  ): Output<string> | undefined {
    switch (mediaSecrets[key].generated) {
      case "apiKey":
        return new RandomPassword(key, { ...apiKey, ...kept }, { parent: this }).result;
      case "password":
        return new RandomPassword(key, { length: 32, special: false, ...kept }, { parent: this })
          .result;
      case "never":
        return undefined;
    }
  }
}
