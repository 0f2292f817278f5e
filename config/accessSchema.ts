import { z } from "zod";
import { dnsLabel, shown } from "./fields";
import type { Problem } from "./problems";
import type { Config } from "./schema";

/** Who the program is in the cluster: `bramble:cluster.access`. */
export const clusterAccess = z
  .enum(["admin", "deployer"])
  .default("admin")
  .describe(
    "Who the program is in the cluster. `deployer`: an account with the rights this stack needs; `npm run access -- <stack> deployer` makes it.",
  );

/** Which roles people may be given certificates for: `bramble:cluster.people`. */
export const people = z
  .array(
    z.strictObject({
      role: z
        .string()
        .refine((text) => /^[a-z][a-z0-9-]{0,40}$/.test(text), {
          error: ({ input }) =>
            `${shown(input)} is not the name of a ClusterRole (lower-case letters, digits, '-', such as view)`,
        })
        .describe("A ClusterRole, such as Kubernetes' own `view`, `edit` and `admin`."),
      namespaces: z
        .array(dnsLabel)
        .min(1)
        .optional()
        .describe("Where it holds. Default: in the whole cluster."),
    }),
  )
  .default([])
  .describe(
    "Roles for people with short-lived certificates: `npm run kubeconfig -- <stack> for <name> --role <role>`.",
  );

/** One role that people may be given. */
export type PeopleRow = Config["cluster"]["people"][number];

/** What is wrong with how far the users of hosts are limited. */
export function sudoProblems({ ssh, hosts }: Config): Problem[] {
  if (ssh.sudo === "all") return [];
  return hosts.flatMap(({ user = ssh.user, state }, index) =>
    user !== "root" || state === "gone"
      ? []
      : [
          {
            path: `hosts[${String(index)}].user`,
            message:
              "root needs no sudo, so ssh.sudo: scripts would limit nothing: log in as another user, or set it to all",
          },
        ],
  );
}

/** The role that no person is given a certificate for, and why. */
export const emergencyRole = {
  name: "cluster-admin",
  why: "cluster-admin is for emergencies only, and has a kubeconfig of its own: use admin, or a ClusterRole with what is needed",
} as const;

/** What is wrong with the roles for people. */
export function peopleProblems({ cluster }: Config): Problem[] {
  return cluster.people.flatMap(({ role, namespaces }, index) => {
    const path = `cluster.people[${String(index)}]`;
    if (role === emergencyRole.name) {
      return [{ path: `${path}.role`, message: emergencyRole.why }];
    }
    const first = cluster.people.findIndex(
      (row) => row.role === role && (row.namespaces === undefined) === (namespaces === undefined),
    );
    return first === index
      ? []
      : [
          {
            path,
            message: `${role} is already in cluster.people[${String(first)}]: list its namespaces there`,
          },
        ];
  });
}
