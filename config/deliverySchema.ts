import { z } from "zod";
import { dnsLabel, gitRepository, relativePath } from "./fields";
import type { Problem } from "./problems";
import type { Config } from "./schema";

const environment = z.strictObject({
  name: dnsLabel.describe("Name of the environment; its Application is `media-stack-<name>`."),
  server: z
    .string()
    .min(1)
    .default("https://kubernetes.default.svc")
    .describe("Its cluster's API, as Argo CD knows it. Default: the cluster Argo CD runs on."),
  namespace: dnsLabel.default("media").describe("Namespace of its media stack."),
  path: relativePath.optional().describe("Its folder. Default: `gitops/<name>`."),
  revision: z.string().min(1).optional().describe("Its branch. Default: `delivery.revision`."),
});

/** `bramble:delivery`: who brings the workloads to the cluster. */
export const delivery = z.strictObject({
  by: z
    .enum(["pulumi", "argocd"])
    .default("pulumi")
    .describe(
      "`pulumi`: `up` applies them. `argocd`: Argo CD takes them from Git. Changed by `npm run gitops -- <stack> handover`.",
    ),
  repository: gitRepository.optional().describe("Git repository that holds the rendered files."),
  revision: z.string().min(1).default("main").describe("Branch or tag that Argo CD follows."),
  path: relativePath
    .optional()
    .describe("Folder of the rendered files. Default: `gitops/<cluster.name>`."),
  username: z
    .string()
    .min(1)
    .default("git")
    .describe("User name beside the secret `gitRepositoryToken`."),
  knownHosts: z
    .array(z.string().min(1))
    .default([])
    .describe("known_hosts lines of a Git server of your own; those of the large ones are known."),
  namespace: dnsLabel
    .default("argocd")
    .describe("Where Argo CD looks for Applications, if it is not the one Bramble installs."),
  notifications: z
    .enum(["none", "webhook", "ntfy"])
    .default("none")
    .describe("What is told, at the secret `gitopsNotificationUrl`, of failed and bad syncs."),
  environments: z
    .array(environment)
    .default([])
    .describe("Other environments that this Argo CD delivers too, by one ApplicationSet."),
});

/** See {@link delivery}. */
export type DeliveryConfig = z.output<typeof delivery>;

/** Folder of a stack's rendered files, relative to the repository. */
export function deliveryPath({ delivery: { path }, cluster }: Config): string {
  return path ?? `gitops/${cluster.name}`;
}

/** Whether the repository is reached by SSH. */
export function isSshRepository(repository: string): boolean {
  return !/^https?:/.test(repository);
}

/** What Argo CD needs to deliver. */
export function deliveryProblems(config: Config): Problem[] {
  const { by, repository, notifications, environments } = config.delivery;
  if (by === "pulumi") return [];
  const installed = config.platform.argocd.enabled;
  const names = environments.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  const problems: (Problem | undefined)[] = [
    repository === undefined
      ? {
          path: "delivery.repository",
          message:
            "is missing: name the Git repository that holds the rendered files, or set delivery.by to pulumi",
        }
      : undefined,
    !installed && config.cluster.source === "k3s"
      ? {
          path: "platform.argocd.enabled",
          message: "is false, but Argo CD is to deliver: set it to true, or delivery.by to pulumi",
        }
      : undefined,
    !installed && notifications !== "none"
      ? {
          path: "delivery.notifications",
          message:
            "can be set up in Bramble's own Argo CD only: set it to none, or platform.argocd.enabled to true",
        }
      : undefined,
    twice < 0
      ? undefined
      : {
          path: `delivery.environments[${String(twice)}].name`,
          message: `${names[twice] ?? ""} is already the name of another environment: names must differ`,
        },
  ];
  return problems.filter((problem) => problem !== undefined);
}
