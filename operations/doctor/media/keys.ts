import { mediaSecretKeys, mediaSecrets } from "../../../catalogue/apps/mediaSecrets";
import { mediaStackSettings } from "../../../components/workload/mediaSettings";
import { loginSecret } from "../../../components/workload/toolNames";
import type { Keys } from "../../../components/workload/wiring/spec.ts";
import type { MediaConfig } from "../../../config/schema";
import type { Kubectl } from "../../cluster/kubectl";

/** The keys that the cluster's Secrets hold, by app. They stay in memory. */
export async function readKeys(kubectl: Kubectl, media: MediaConfig): Promise<Keys> {
  const { namespace, secretName } = mediaStackSettings(media);
  const read = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const args = ["get", "secret", name, "--namespace", namespace, "--output", "json"];
    const { data } = JSON.parse(await kubectl(args)) as { data?: Record<string, string> };
    return data ?? {};
  };
  const decoded = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : Buffer.from(text, "base64").toString("utf8");
  const values = await read(secretName);
  const login = await read(loginSecret.name).catch((): Record<string, string> => ({}));
  return {
    ...Object.fromEntries(
      mediaSecretKeys
        .filter((key) => mediaSecrets[key].generated !== "never")
        .map((key) => [mediaSecrets[key].app, decoded(values[key])]),
    ),
    web: decoded(login[loginSecret.key]),
  };
}
