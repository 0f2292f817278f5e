import { backupJobName } from "../../components/ops/backups/settings";
import type { Config } from "../../config/schema";
import { requiredSettings, restoreAppConfig } from "../appConfigs/appConfigs";
import { runNow } from "../cluster/jobs";
import type { Kubectl } from "../cluster/kubectl";
import { recordRun, type RunRecorder, runRows } from "../records/run";
import { renderTable } from "../table";
import {
  awaitRemoval,
  changedTemplates,
  namespaceState,
  podTemplates,
  rehearsalMark,
  unavailable,
  usersOf,
} from "./checks";
import {
  type RehearsalCluster,
  rehearsalNamespace,
  rehearsalSections,
  withRotatedKey,
} from "./derive";
import type { RehearsalEngine } from "./engine";

/** What a rehearsal is told. */
export interface RehearseOptions {
  readonly stack: string;
  readonly config: Config;
  readonly cluster: RehearsalCluster;
  readonly kubectl: Kubectl;
  readonly engine: RehearsalEngine;
  readonly print: (text: string) => void;
  /** Where records go; default: the project's `docs/governance`. */
  readonly recordsFolder?: string;
}

/** The app whose key is replaced and whose configuration is copied and put back. */
const tried = "prowlarr";
const triedKey = `${tried}-api-key`;
const commonConfig = "media-common-config";

const here = ["--namespace", rehearsalNamespace];

async function refuseForeign(kubectl: Kubectl): Promise<void> {
  const { exists, rehearsalOf } = await namespaceState(kubectl);
  if (!exists) return;
  throw new Error(
    rehearsalOf === undefined
      ? `namespace ${rehearsalNamespace} is there and is no rehearsal's: rename or remove it`
      : `namespace ${rehearsalNamespace} is left of a rehearsal of ${rehearsalOf}: npm run rehearse -- ${rehearsalOf} --clear`,
  );
}

async function deploy({ stack, engine, kubectl, config }: RehearseOptions, sections: object) {
  await engine.up(sections as Parameters<RehearsalEngine["up"]>[0]);
  const mark = `${rehearsalMark}=${stack}`;
  await kubectl(["annotate", "namespace", rehearsalNamespace, "--overwrite", mark]);
  if (!config.media.awaitReady) return;
  const down = await unavailable(kubectl);
  if (down.length > 0) throw new Error(`not available: ${down.join(", ")}`);
}

/** Changes two objects by hand, as somebody might, and sees that it is found and mended. */
async function drift({ engine, kubectl }: RehearseOptions): Promise<void> {
  const config = ["configmap", commonConfig, ...here];
  const zone = () => kubectl(["get", ...config, "--output", "jsonpath={.data.TZ}"]);
  const before = await zone();
  await kubectl([
    "patch",
    ...config,
    "--type",
    "merge",
    "--patch",
    '{"data":{"TZ":"Mars/Phobos"}}',
  ]);
  await kubectl(["delete", "service", tried, ...here]);
  if (!(await engine.differs())) throw new Error("an edited object was not found");
  await engine.heal();
  if ((await zone()) !== before) throw new Error(`${commonConfig} is still as it was edited`);
  await kubectl(["get", "service", tried, ...here]);
  if (await engine.differs()) throw new Error("something still differs after it was mended");
}

/** Replaces one key and sees that whoever uses it restarts, and nobody else. */
async function rotate(
  { engine, kubectl }: RehearseOptions,
  sections: ReturnType<typeof rehearsalSections>,
): Promise<void> {
  const before = await podTemplates(kubectl);
  const expected = usersOf(triedKey, before);
  await engine.up(withRotatedKey(sections, tried));
  const changed = changedTemplates(before, await podTemplates(kubectl));
  const wrong = changed.filter((name) => !expected.includes(name));
  if (!changed.includes(tried)) throw new Error(`${tried} was not restarted with its new key`);
  if (wrong.length > 0) throw new Error(`${wrong.join(", ")} restarted without using the key`);
}

/** Why a phase cannot be tried here; none when it can. */
function noCopies({ config }: RehearseOptions): string | undefined {
  if (!config.media.awaitReady) return "media.awaitReady is false: pods do not run here";
  try {
    requiredSettings(config);
    return undefined;
  } catch {
    return "no place for copies: ops.appBackups names none";
  }
}

async function copyAndRestore(options: RehearseOptions, derived: Config, recorder: RunRecorder) {
  const why = noCopies(options);
  const [backup, restore] = [`copy ${tried}`, `restore ${tried}`];
  if (why !== undefined) {
    recorder.skip(backup, why);
    recorder.skip(restore, why);
    return;
  }
  const { kubectl } = options;
  await recorder.phase(backup, () =>
    runNow(kubectl, rehearsalNamespace, backupJobName(tried), 3600),
  );
  await recorder.phase(restore, async () => {
    const agreed = () => Promise.resolve(true);
    const rehearsal = { ...options, stack: `${options.stack}-rehearsal`, config: derived };
    await restoreAppConfig({ ...rehearsal, app: tried, confirm: agreed });
    await kubectl(["rollout", "status", `deployment/${tried}`, ...here, "--timeout=600s"]);
  });
}

/**
 * Rehearses the media stack in a namespace of its own: deploy, drift, rotation, copy, restore, removal.
 * The real one is not touched. Whatever happens, what was made is removed.
 *
 * @param derived the rehearsal's own configuration, validated.
 * @returns the exit code.
 * @throws what went wrong first.
 */
export async function rehearse(options: RehearseOptions, derived: Config): Promise<number> {
  const { stack, config, cluster, kubectl, engine, print, recordsFolder } = options;
  const sections = rehearsalSections(config, cluster);
  if (!config.media.enabled) throw new Error(`stack ${stack} has no media stack to rehearse`);
  await refuseForeign(kubectl);
  const folder = recordsFolder === undefined ? {} : { folder: recordsFolder };
  return recordRun({ stack, kind: "rehearsal", nodes: [], ...folder }, async (recorder) => {
    const { phase, skip, measure } = recorder;
    const failures: unknown[] = [];
    try {
      await phase("deploy", () => deploy(options, sections));
      await phase("repeat", async () => {
        if (await engine.differs()) throw new Error("a second run would change something");
      });
      skip(
        "sync",
        config.delivery.by === "argocd"
          ? "Argo CD delivers the real namespace from Git; the rehearsal is applied by Pulumi"
          : "delivery.by is pulumi: nothing syncs",
      );
      await phase("drift", () => drift(options));
      await phase("rotation", () => rotate(options, sections));
      await copyAndRestore(options, derived, recorder);
    } catch (error) {
      failures.push(error);
    }
    await phase("removal", async () => {
      // A claim stays for as long as a pod has it, be it one that is done.
      await kubectl(["delete", "jobs", "--all", ...here]);
      await engine.destroy();
      measure("volumesLeftByTheirClass", await awaitRemoval(kubectl));
    }).catch((error: unknown) => failures.push(error));
    print(`\n${renderTable(runRows(recorder.run))}record: ${recorder.file}\n`);
    // What went wrong first is the reason for what went wrong then.
    if (failures.length > 0) throw failures[0];
    return 0;
  });
}

/**
 * Removes what a rehearsal that was cut off has left.
 *
 * @throws Error in one line when the namespace is not a rehearsal's.
 */
export async function clearRehearsal(
  kubectl: Kubectl,
  print: (text: string) => void,
): Promise<number> {
  const { exists, rehearsalOf } = await namespaceState(kubectl);
  if (!exists) {
    print(`there is no namespace ${rehearsalNamespace}: nothing to clear\n`);
    return 0;
  }
  if (rehearsalOf === undefined) {
    throw new Error(`namespace ${rehearsalNamespace} is no rehearsal's: it was left alone`);
  }
  await kubectl(["delete", "namespace", rehearsalNamespace, "--wait=false"]);
  const left = await awaitRemoval(kubectl);
  print(`removed namespace ${rehearsalNamespace} and ${String(left)} volume(s) of it\n`);
  return 0;
}
