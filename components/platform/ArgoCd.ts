import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { charts } from "../../catalogue/charts";
import { ChartRelease, type ReleaseSecret } from "../helm/ChartRelease";
import type { GuardSettings } from "../namespace/settings";
import { keepersOf } from "../keepers";
import { inheritOptions } from "../options";
import { type ArgoCdSettings, argoCdValues, notificationsSecret } from "./argoCdValues";

/**
 * When the admin's password was last changed, as far as Argo CD is told: it refuses sessions older
 * than that. Constant until it is rotated, or every preview would differ.
 */
function passwordMtime(since = "2026-01-01"): string {
  return since.includes("T") ? since : `${since}T00:00:00Z`;
}

/** Address and token of who is told; both secret. */
export interface ArgoCdNotifications {
  readonly url: pulumi.Output<string> | undefined;
  readonly token: pulumi.Output<string> | undefined;
}

/** Arguments of {@link ArgoCd}. */
export interface ArgoCdArgs {
  readonly settings: ArgoCdSettings;
  /** Where syncs that fail are told of. Needed where `settings.notify` is set. */
  readonly notifications?: ArgoCdNotifications | undefined;
  readonly mirror?: string | undefined;
  /** What keeps its namespace's pods from others and in bounds. */
  readonly guards?: GuardSettings | undefined;
}

/** Argo CD, with a generated password for its admin. */
export class ArgoCd extends pulumi.ComponentResource {
  readonly chart: ChartRelease;
  /** Password of the user `admin`; secret. */
  readonly adminPassword: pulumi.Output<string>;

  constructor(name: string, args: ArgoCdArgs, opts: pulumi.ResourceOptions) {
    super("bramble:platform:ArgoCd", name, {}, opts);
    const password = new RandomPassword(
      `${name}-admin`,
      { length: 24, special: false, ...keepersOf(args.settings.passwordSince) },
      { parent: this },
    );
    this.adminPassword = password.result;
    this.chart = new ChartRelease(
      name,
      {
        row: charts.argoCd,
        values: argoCdValues(args.settings),
        secrets: [
          {
            // Argo CD looks for this name and this label, and adds keys of its own.
            name: "argocd-secret",
            labels: { "app.kubernetes.io/part-of": "argocd" },
            stringData: {
              "admin.password": password.bcryptHash,
              "admin.passwordMtime": passwordMtime(args.settings.passwordSince),
            },
          },
          ...notificationSecrets(args),
        ],
        mirror: args.mirror,
        guards: args.guards,
      },
      inheritOptions(this, opts),
    );
    this.registerOutputs({});
  }
}

function notificationSecrets({ settings, notifications }: ArgoCdArgs): ReleaseSecret[] {
  const { url, token } = notifications ?? {};
  if (settings.notify === undefined || url === undefined) return [];
  return [{ name: notificationsSecret, stringData: { url, ...(token && { token }) } }];
}
