import { k3sIn } from "../../../lab/k3s";
import { buildStandin, standinAs } from "../../../lab/standin";
import { testedK3s } from "./lab";

/** Environment variable that names the air-gap directory of a second real k3s, a later one. */
const laterDirectorySwitch = "BRAMBLE_K3S_LATER_DIRECTORY";

/** What a stack says of a release. */
export interface Release {
  readonly version: string;
  readonly airGapDirectory: string;
  readonly checksums: Readonly<Record<string, string>>;
}

/** The stand-in by the name of another release, as values of `bramble:k3s`. */
export async function standinRelease(version: string): Promise<Release> {
  const built = standinAs(await buildStandin(() => undefined), version);
  const arch = process.arch === "arm64" ? "arm64" : "amd64";
  return { version, airGapDirectory: built.directory, checksums: { [arch]: built.sha256 } };
}

/** A release later than the one under test; a text that says why where there is none. */
export async function laterRelease(): Promise<Release | string> {
  const { real, version } = await testedK3s();
  if (!real) return standinRelease(version.replace(/\.\d+\+/, (patch) => nextPatch(patch)));
  const directory = process.env[laterDirectorySwitch] ?? "";
  if (directory === "") return `no ${laterDirectorySwitch} names a later release`;
  const later = k3sIn(directory);
  return { version: later.version, airGapDirectory: later.directory, checksums: {} };
}

function nextPatch(patch: string): string {
  return `.${String(Number(patch.slice(1, -1)) + 1)}+`;
}
