import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { RandomUuid7 } from "@pulumi/random/randomUuid7";
import { charts } from "../../catalogue/charts";
import { ChartRelease, type ReleaseSecret } from "../helm/ChartRelease";
import type { GuardSettings } from "../namespace/settings";
import { keepersOf } from "../keepers";
import { inheritOptions } from "../options";
import { type ArgoCdSettings, argoCdValues, notificationsSecret } from "./argoCdValues";

/** What Argo CD is told of a password that was never rotated: constant, so no preview differs. */
const neverRotated = "2026-01-01T00:00:00Z";

/**
 * The moment in a version 7 UUID, in whole seconds as Argo CD counts them, and never an earlier one:
 * a session of that very second is from before.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
 */
export function momentOf(uuid: string): string {
  const milliseconds = parseInt(uuid.replaceAll("-", "").slice(0, 12), 16);
  const second = new Date(Math.ceil(milliseconds / 1000) * 1000);
  return second.toISOString().replace(/\.\d+Z$/, "Z");
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
    const inUse = this.inUseSince(name, args.settings.passwordSince, opts);
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
              "admin.passwordMtime": inUse,
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

  /**
   * When the password came into use; Argo CD refuses sessions from before. The date in the stack's
   * file is earlier than that, by the whole of a run that was cut off: whoever knew the old password
   * could have opened a session since, which would stay good. Or it is wrong, and in the future: then
   * Argo CD would refuse everybody until then. So the engine notes the moment itself, right before
   * the Secret is written.
   */
  private inUseSince(
    name: string,
    since: string | undefined,
    opts: pulumi.ResourceOptions,
  ): pulumi.Input<string> {
    if (since === undefined) return neverRotated;
    const after = { parent: this, ...(opts.dependsOn && { dependsOn: opts.dependsOn }) };
    const made = new RandomUuid7(`${name}-admin-since`, keepersOf(since), after);
    return made.result.apply(momentOf);
  }
}

function notificationSecrets({ settings, notifications }: ArgoCdArgs): ReleaseSecret[] {
  const { url, token } = notifications ?? {};
  if (settings.notify === undefined || url === undefined) return [];
  return [{ name: notificationsSecret, stringData: { url, ...(token && { token }) } }];
}
