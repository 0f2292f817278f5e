import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { deliveryPath, deliveryProblems } from "../../config/deliverySchema";
import { problemLine } from "../../config/problems";
import type { Config } from "../../config/schema";
import { recordRun, type RunRecorder } from "../records/run";
import { readStackConfig, stackFilePath } from "../stackFile";
import type { Kubectl } from "../cluster/kubectl";
import { type Git, unpublished } from "./git";
import { letGo } from "./letGo";
import { changes, readFiles, renderStack, stackFolder } from "./render";
import { writeDelivery } from "./stackText";

/** Runs the CLI in the project's folder. */
export type Cli = (
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
) => Promise<unknown>;

/** What a handover is told. */
export interface HandoverOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Who is to deliver. */
  readonly to: "pulumi" | "argocd";
  readonly print: (text: string) => void;
  /** The CLI, whose output is read. */
  readonly cli: (args: readonly string[]) => Promise<string>;
  /** The CLI, whose output the operator sees. */
  readonly watch: Cli;
  readonly git: Git;
  /** kubectl on the stack's cluster. Needed on the way back. */
  readonly kubectl?: Kubectl;
  /** Folder of records. Default: the project's. */
  readonly records?: string;
}

/** Makes the Kubernetes provider take over objects that exist, where it would refuse to create. */
const takeOver = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" } as const;

const state = z.looseObject({
  deployment: z.looseObject({
    resources: z
      .array(
        z.looseObject({
          urn: z.string(),
          type: z.string(),
          custom: z.boolean().optional(),
          deletedWith: z.string().optional(),
        }),
      )
      .nullish(),
  }),
});

type Held = z.output<typeof state>["deployment"]["resources"];

async function heldBy({ cli, stack }: HandoverOptions): Promise<NonNullable<Held>> {
  const text = await cli(["stack", "export", "--stack", stack]);
  return state.parse(JSON.parse(text)).deployment.resources ?? [];
}

/** Kinds that stay with Pulumi whoever delivers. */
const staying = ["kubernetes:core/v1:Namespace", "kubernetes:core/v1:Secret"];

/** Objects of the workloads that the engine would delete for real, were they to leave the program. */
function unguarded(held: NonNullable<Held>): string[] {
  return held
    .filter(({ urn, type }) => urn.includes("bramble:workload:MediaStack$") && isObject(type))
    .filter(({ deletedWith = "" }) => !deletedWith.includes("bramble:workload:DeliveredByPulumi"))
    .map(({ urn }) => urn.split("::").at(-1) ?? urn);
}

function isObject(type: string): boolean {
  return type.startsWith("kubernetes:") && !staying.includes(type);
}

/** Why Argo CD cannot deliver yet: one line each, with the mend. */
async function troubles(options: HandoverOptions, config: Config): Promise<string[]> {
  const { stack, directory, git } = options;
  const wanted: Config = { ...config, delivery: { ...config.delivery, by: "argocd" } };
  const problems = deliveryProblems(wanted).map(problemLine);
  const { repository, revision } = config.delivery;
  if (problems.length > 0 || repository === undefined) return problems;
  const folder = deliveryPath(config);
  const rendered = await renderStack(stack, directory);
  if (changes(rendered.files, readFiles(stackFolder(git, directory, folder))).length > 0) {
    return [
      `${folder} is not what the configuration asks for: npm run gitops -- ${stack} render, then commit and push it`,
    ];
  }
  const trouble = unpublished(git, { repository, revision, folder });
  if (trouble !== undefined) return [trouble];
  const loose = unguarded(await heldBy(options));
  return loose.length === 0
    ? []
    : [
        `the state does not guard ${loose.join(", ")} yet: pulumi up --stack ${stack}, and then hand over`,
      ];
}

function flip({ stack, directory, to }: HandoverOptions): void {
  const path = stackFilePath(stack, directory);
  writeFileSync(path, writeDelivery(readFileSync(path, "utf8"), to));
}

const up = (stack: string) => ["up", "--stack", stack, "--yes", "--skip-preview"];

async function toArgoCd(options: HandoverOptions, recorder: RunRecorder): Promise<void> {
  const { stack, watch } = options;
  flip(options);
  options.print("the engine lists the workloads as deleted: it forgets them, and deletes none\n");
  await recorder.phase("hand over", () => watch(up(stack)));
}

/** Argo CD lets go first: as long as its Application is there it heals what Pulumi changes. */
async function toPulumi(options: HandoverOptions, recorder: RunRecorder): Promise<void> {
  const { stack, directory, watch, kubectl } = options;
  if (kubectl === undefined) throw new Error("handing back needs kubectl on the stack's cluster");
  const held = await heldBy(options);
  const applications = held
    .map(({ urn }) => urn)
    .filter((urn) => urn.includes("kubernetes:argoproj.io/v1alpha1:Application::"));
  if (applications.length > 0) {
    const targets = applications.flatMap((urn) => ["--target", urn]);
    await recorder.phase("Argo CD lets go", () =>
      watch(["destroy", "--stack", stack, "--yes", "--skip-preview", ...targets]),
    );
  }
  await recorder.phase("fields become free", async () => {
    const { objects } = await renderStack(stack, directory);
    await letGo(kubectl, readStackConfig(stack, directory).media.namespace, objects);
  });
  flip(options);
  await recorder.phase("take over", () => watch(up(stack), takeOver));
  // The provider keeps in its state how it was run: without this the next preview shows a change.
  await recorder.phase("settle", () => watch(up(stack)));
}

/**
 * Hands the workloads of a stack to Argo CD, or back to Pulumi. No object is deleted or made anew on
 * the way, and the same command goes on where a run was cut off.
 *
 * @throws Error with one line per reason why it cannot be done yet; nothing was changed then.
 */
export async function handover(options: HandoverOptions): Promise<number> {
  const { stack, directory, to, print, records } = options;
  const config = readStackConfig(stack, directory);
  const reasons = to === "argocd" ? await troubles(options, config) : [];
  if (reasons.length > 0) {
    throw new Error(["nothing was handed over", ...reasons].join("\n"));
  }
  const start = {
    ...{ stack, kind: "handover" as const, nodes: [] },
    ...(records === undefined ? {} : { folder: records }),
  };
  await recordRun(start, (recorder) => (to === "argocd" ? toArgoCd : toPulumi)(options, recorder));
  print(
    to === "argocd"
      ? `Argo CD delivers ${stack} now: commit and push Pulumi.${stack}.yaml, and watch its Application media-stack\n`
      : `Pulumi delivers ${stack} again: commit Pulumi.${stack}.yaml\n`,
  );
  return 0;
}
