import * as pulumi from "@pulumi/pulumi";
import { createHmac } from "node:crypto";
import {
  hasRegistries,
  holdsLogins,
  type Registries,
  registryCaFiles,
  type RegistryLogins,
  renderRegistries,
} from "./registries";

/** A file of the wanted state, staged under /etc/bramble/k3s. */
export interface StagedFile {
  readonly name: string;
  readonly content: pulumi.Input<string>;
  /** Whether the content is secret. */
  readonly secret: boolean;
}

/** The files that tell a node where to pull images from. */
export interface RegistryFiles {
  readonly files: readonly StagedFile[];
  /** Changes with the log-ins and tells nothing of them; unset where there are none. */
  readonly loginsDigest?: pulumi.Output<string>;
}

/**
 * The files of `k3s.registries`; none where nothing is said of registries.
 *
 * @param key a secret that keys the digest of the log-ins: nobody can try passwords against it.
 */
export function registryFiles(
  registries: Registries,
  logins: pulumi.Output<RegistryLogins> | undefined,
  key: pulumi.Output<string>,
): RegistryFiles {
  if (!hasRegistries(registries)) return { files: [] };
  const cas = Object.entries(registryCaFiles(registries)).map(([name, content]) => ({
    ...{ name, content },
    secret: false,
  }));
  const name = "registries.yaml";
  if (!holdsLogins(registries)) {
    return { files: [{ name, content: renderRegistries(registries), secret: false }, ...cas] };
  }
  const content = pulumi.secret(
    pulumi.output(logins ?? {}).apply((given) => renderRegistries(registries, given)),
  );
  const digest = pulumi
    .all([key, content])
    .apply(([secret, text]) => createHmac("sha256", secret).update(text).digest("hex"));
  return {
    files: [{ name, content, secret: true }, ...cas],
    loginsDigest: pulumi.unsecret(digest).apply((text) => text.slice(0, 12)),
  };
}
