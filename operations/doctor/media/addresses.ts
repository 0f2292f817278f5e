import { mediaAppSettings } from "../../../components/workload/mediaSettings";
import type { AppSettings } from "../../../components/workload/settings";
import type { MediaConfig } from "../../../config/schema";
import type { Diagnosis } from "../examine";

/** Where an app is reached from this machine. */
export interface Reached {
  readonly app: string;
  readonly namespace: string;
  /** Such as `http://10.69.1.156:7878`; unset for an app without an address of its own. */
  readonly url: string | undefined;
  readonly health: AppSettings["row"]["health"];
}

const answerSeconds = 10;

/** Where the apps that are on are reached from this machine. */
export function reachedFrom(media: MediaConfig): Reached[] {
  return mediaAppSettings(media).map(({ row, address }) => ({
    app: row.name,
    namespace: media.namespace,
    url: address === undefined ? undefined : `http://${address}:${String(row.ports[0].number)}`,
    health: row.health,
  }));
}

/** What an app's address answers, without any key. */
export async function checkAddress({ app, namespace, url, health }: Reached): Promise<Diagnosis> {
  const row = { id: `${app}-address`, title: url === undefined ? app : `${app} ${url}` };
  if (url === undefined) {
    const found = "it has no address of its own: it is reached inside the cluster only";
    return { ...row, state: "unknown", found };
  }
  const mend = `kubectl get pods,services --namespace ${namespace} --selector app.kubernetes.io/name=${app}`;
  try {
    const { status } = await fetch(`${url}${health.path}`, {
      redirect: "manual",
      signal: AbortSignal.timeout(answerSeconds * 1000),
    });
    const found = `HTTP ${String(status)} on ${health.path}`;
    if (health.statusCodes.includes(status)) return { ...row, state: "ok", found };
    const wanted = health.statusCodes.join(" or ");
    return { ...row, state: "fail", found: `${found}, not ${wanted}`, mend };
  } catch (error) {
    const { cause, name } = error as { name: string; cause?: { code?: string } };
    return { ...row, state: "fail", found: `no answer: ${cause?.code ?? name}`, mend };
  }
}
