import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { charts } from "../../catalogue/charts";
import { ChartRelease } from "../helm/ChartRelease";
import { inheritOptions } from "../options";
import { type ArgoCdSettings, argoCdValues } from "./argoCdValues";

/**
 * When the admin's password was last changed, as far as Argo CD is told: it refuses sessions older
 * than that. Constant, or every preview would differ.
 */
const passwordMtime = "2026-01-01T00:00:00Z";

/** Arguments of {@link ArgoCd}. */
export interface ArgoCdArgs {
  readonly settings: ArgoCdSettings;
  readonly mirror?: string | undefined;
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
      { length: 24, special: false },
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
              "admin.passwordMtime": passwordMtime,
            },
          },
        ],
        mirror: args.mirror,
      },
      inheritOptions(this, opts),
    );
    this.registerOutputs({});
  }
}
