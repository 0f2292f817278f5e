import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { connectionOf, type HostTarget } from "../remote/connection";
import { remoteScript } from "../remote/remoteScript";

/** Where a release of k3s comes from. */
export interface K3sSource {
  readonly version: string;
  readonly checksums: { readonly amd64?: string | undefined; readonly arm64?: string | undefined };
  /** Base URL of releases. */
  readonly downloadUrl: string;
  /** Directory on this machine that holds the release instead. */
  readonly airGapDirectory?: string | undefined;
  /** Whether the release's images are brought too; from a directory they are whenever it has them. */
  readonly airGapImages: boolean;
}

/** Arguments of {@link K3sBinary}. */
export interface K3sBinaryArgs {
  readonly host: HostTarget;
  readonly source: K3sSource;
  readonly prepared: pulumi.Resource;
}

/** Every file of a release an air-gap directory may hold; a host takes what fits its architecture. */
const releaseFiles = [
  "k3s",
  "k3s-arm64",
  "sha256sum-amd64.txt",
  "sha256sum-arm64.txt",
  ...["zst", "gz"].flatMap((form) => [
    `k3s-airgap-images-amd64.tar.${form}`,
    `k3s-airgap-images-arm64.tar.${form}`,
  ]),
  "k3s-airgap-images-amd64.tar",
  "k3s-airgap-images-arm64.tar",
] as const;

/** A release's tarball of images is several hundred megabytes, and a Pi takes its time. */
const bringSeconds = 1800;

/** A folder the login user can write; the script, as root, takes the files from there. */
const uploadDirectory = "/var/tmp";

/**
 * The verified k3s binary, staged on a host beside whatever runs there.
 *
 * Without a pinned checksum the digest comes from the release's own sha256sum file.
 */
export class K3sBinary extends pulumi.ComponentResource {
  readonly staged: remote.Command;

  constructor(name: string, args: K3sBinaryArgs, opts: pulumi.ComponentResourceOptions) {
    super("bramble:k3s:K3sBinary", name, {}, opts);
    const { host, source, prepared } = args;
    const directory = source.airGapDirectory;
    const uploads =
      directory === undefined
        ? []
        : releaseFiles
            .filter((file) => existsSync(join(directory, file)))
            .map((file) => this.upload(host, directory, file, prepared));
    const origin =
      directory === undefined ? ["--url", source.downloadUrl] : ["--directory", uploadDirectory];
    const images = source.airGapImages ? ["--images", "required"] : [];
    const pins = Object.entries(source.checksums).flatMap(([arch, digest]) =>
      digest === undefined ? [] : [`--sha256-${arch}`, digest],
    );
    this.staged = remoteScript(
      `${host.name}-binary`,
      {
        host,
        create: {
          script: "k3s-install.sh",
          args: ["converge", "--version", source.version, ...origin, ...images, ...pins],
          timeoutSeconds: bringSeconds,
        },
      },
      { parent: this, dependsOn: [prepared, ...uploads] },
    );
    this.registerOutputs({});
  }

  private upload(
    host: HostTarget,
    directory: string,
    file: string,
    prepared: pulumi.Resource,
  ): remote.CopyToRemote {
    return new remote.CopyToRemote(
      `${host.name}-upload-${file}`,
      {
        connection: connectionOf(host),
        source: new pulumi.asset.FileAsset(join(directory, file)),
        remotePath: `${uploadDirectory}/${file}`,
        triggers: [host.generation],
      },
      { parent: this, dependsOn: [prepared] },
    );
  }
}
