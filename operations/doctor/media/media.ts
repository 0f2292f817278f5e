import type { Keys } from "../../../components/workload/wiring/spec.ts";
import { wiringSpec } from "../../../components/workload/wiringSpec";
import type { Config } from "../../../config/schema";
import { kubectlWith, withKubeconfig } from "../../cluster/kubectl";
import { readStackConfig } from "../../stackFile";
import type { DoctorOptions } from "../doctor";
import { type Examined, exitCodeOf } from "../examine";
import { renderExamined } from "../report";
import { checkAddress, type Reached, reachedFrom } from "./addresses";
import { walkChain } from "./chain";
import { readKeys } from "./keys";

/** What is looked at. */
export interface MediaLook {
  readonly config: Config;
  /** Where the apps are reached. Default: at their addresses in the configuration. */
  readonly reached?: readonly Reached[];
  readonly keys: () => Promise<Keys>;
}

/** Looks at every address, then walks from app to app. Changes nothing. */
export async function examineMedia({ config, ...look }: MediaLook): Promise<Examined[]> {
  const { media } = config;
  const reached = look.reached ?? reachedFrom(media);
  const addresses = {
    subject: "addresses",
    findings: await Promise.all(reached.map(checkAddress)),
  };
  const subject = "chain";
  let keys: Keys;
  try {
    keys = await look.keys();
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const title = "the apps' keys";
    return [addresses, { subject, findings: [{ id: "keys", title, state: "unknown", found }] }];
  }
  const urls = new Map(
    reached.flatMap(({ app, url }) => (url === undefined ? [] : [[app, url] as const])),
  );
  return [
    addresses,
    {
      subject,
      findings: await walkChain({
        spec: wiringSpec(media),
        namespace: media.namespace,
        keys,
        urls,
      }),
    },
  ];
}

/**
 * Tells of each media app whether its address answers and whether it knows the next one. Keys come
 * from the cluster's Secrets by kubectl; without it just the addresses are looked at.
 *
 * @returns the exit code: 1 when something failed.
 */
export async function doctorMedia(options: DoctorOptions): Promise<number> {
  const { stack, directory, format, everything, print } = options;
  const config = readStackConfig(stack, directory);
  if (!config.media.enabled) throw new Error(`Pulumi.${stack}.yaml turns the media stack off`);
  const keys = (): Promise<Keys> =>
    withKubeconfig(stack, config, directory, (file, context) =>
      readKeys(kubectlWith(file, context), config.media),
    );
  const examined = await examineMedia({ config, keys });
  print(
    format === "json"
      ? `${JSON.stringify(examined, null, 2)}\n`
      : renderExamined(stack, examined, everything),
  );
  return exitCodeOf(examined);
}
