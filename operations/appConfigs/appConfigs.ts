import { renderRestore } from "../../components/ops/backups/render";
import {
  type AppBackupSettings,
  backupJobName,
  verifyJobName,
} from "../../components/ops/backups/settings";
import type { Config } from "../../config/schema";
import { appBackupSettings } from "../../stacks/appBackups";
import { awaitJob, awaitPodsGone, freshName, runNow } from "../cluster/jobs";
import type { Kubectl, StoredObject } from "../cluster/kubectl";
import { recordRun, type RunRecorder } from "../records/run";

/** What commands about the apps' configurations are told. */
export interface AppConfigsContext {
  readonly stack: string;
  readonly config: Config;
  readonly kubectl: Kubectl;
  readonly print: (text: string) => void;
  /** Where records go; default: the project's `docs/governance`. */
  readonly recordsFolder?: string;
}

const backupSeconds = 3600;
const verifySeconds = 3 * 3600;

/**
 * The settings of a stack's copies.
 *
 * @throws Error in one line when it makes none.
 */
export function requiredSettings(config: Config): AppBackupSettings {
  const settings = appBackupSettings(config);
  if (settings === undefined) {
    throw new Error(
      "the apps' configurations are not copied: name a place at ops.appBackups or k3s.snapshots.offHost",
    );
  }
  return settings;
}

function chosen(settings: AppBackupSettings, app: string | undefined): string[] {
  const names = settings.apps.map(({ row }) => row.name);
  if (app === undefined) return names;
  if (names.includes(app)) return [app];
  throw new Error(`${app} is no app of this stack: choose one of ${names.join(", ")}`);
}

function recorded<T>(
  { stack, recordsFolder }: AppConfigsContext,
  kind: "backup" | "restore",
  work: (recorder: RunRecorder) => Promise<T>,
): Promise<T> {
  const folder = recordsFolder === undefined ? {} : { folder: recordsFolder };
  return recordRun({ stack, kind, nodes: [], ...folder }, work);
}

/**
 * Copies the apps' configurations now, one after the other.
 *
 * @returns the exit code: 1 when one was not copied.
 */
export async function backupAppConfigs(
  context: AppConfigsContext,
  app: string | undefined,
): Promise<number> {
  const { config, kubectl, print } = context;
  const settings = requiredSettings(config);
  const troubles: string[] = [];
  await recorded(context, "backup", async ({ phase }) => {
    for (const name of chosen(settings, app)) {
      const job = () => runNow(kubectl, settings.namespace, backupJobName(name), backupSeconds);
      await phase(`copy ${name}`, job).then(
        () => {
          print(`${name}: copied\n`);
        },
        (error: unknown) => troubles.push(error instanceof Error ? error.message : String(error)),
      );
    }
    if (troubles.length > 0) throw new Error(troubles.join("\n"));
  });
  return 0;
}

/** Restores every app's newest copy into a scratch folder and looks at it; changes nothing. */
export async function verifyAppConfigs(context: AppConfigsContext): Promise<number> {
  const settings = requiredSettings(context.config);
  const said = await recorded(context, "backup", ({ phase }) =>
    phase("trial restore", () =>
      runNow(context.kubectl, settings.namespace, verifyJobName, verifySeconds),
    ),
  );
  context.print(said);
  return 0;
}

const replicasNote = "bramble.dev/replicas-before-copy";

/** Scales an app away for as long as something works on its files, and back whatever happens. */
async function whileStopped<T>(
  { kubectl }: AppConfigsContext,
  namespace: string,
  app: string,
  { phase }: RunRecorder,
  work: () => Promise<T>,
): Promise<T> {
  const deployment = `deployment/${app}`;
  const here = ["--namespace", namespace];
  const text = await kubectl(["get", deployment, ...here, "--output", "json"]);
  const { spec, metadata } = JSON.parse(text) as StoredObject;
  // A run that was cut off has left it at none, and noted how many there were.
  const replicas = metadata.annotations?.[replicasNote] ?? JSON.stringify(spec?.["replicas"] ?? 1);
  const scaleTo = (count: string) => kubectl(["scale", deployment, ...here, `--replicas=${count}`]);
  await phase(`stop ${app}`, async () => {
    await kubectl(["annotate", deployment, ...here, "--overwrite", `${replicasNote}=${replicas}`]);
    await scaleTo("0");
    await awaitPodsGone(kubectl, namespace, app);
  });
  try {
    return await work();
  } finally {
    await phase(`start ${app}`, async () => {
      await scaleTo(replicas);
      await kubectl(["annotate", deployment, ...here, `${replicasNote}-`]);
    });
  }
}

/** What a restore of an app's configuration is told. */
export interface RestoreAppOptions extends AppConfigsContext {
  readonly app: string;
  /** restic's id of a copy. Default: the newest. */
  readonly snapshot?: string;
  /** Asks a person to type a word. */
  readonly confirm: (question: string, word: string) => Promise<boolean>;
}

/**
 * Puts a copy of an app's configuration back. It is fetched and looked at first: a copy that is
 * damaged changes nothing. What was there stays beside it.
 *
 * @returns the exit code: 1 when the person did not agree.
 */
export async function restoreAppConfig(options: RestoreAppOptions): Promise<number> {
  const { config, kubectl, print, app, snapshot = "latest", confirm } = options;
  const settings = requiredSettings(config);
  const [name = app] = chosen(settings, app);
  if (config.delivery.by === "argocd") {
    print(
      `Argo CD starts ${app} again while it is stopped: suspend its Application's automated sync first.\n`,
    );
  }
  const question = `${app} is stopped and its configuration replaced by copy ${snapshot}; what is there now is kept beside it.`;
  if (!(await confirm(question, app))) return 1;
  const job = freshName(`restore-${name}`);
  const said = await recorded(options, "restore", (recorder) =>
    whileStopped(options, settings.namespace, name, recorder, () =>
      recorder.phase(`put ${name} back`, async () => {
        const manifest = JSON.stringify(renderRestore(settings, name, snapshot, job));
        await kubectl(["create", "--filename", "-"], manifest);
        try {
          return await awaitJob(kubectl, settings.namespace, job, backupSeconds);
        } finally {
          // Its pod would hold the claims that it had, though it is done.
          await kubectl(["delete", "job", job, "--namespace", settings.namespace]);
        }
      }),
    ),
  );
  print(said);
  return 0;
}
