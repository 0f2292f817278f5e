import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../../catalogue/charts";
import { ChartRelease } from "../helm/ChartRelease";
import { inheritOptions } from "../options";
import { certManagerValues } from "./certManagerValues";
import { type IssuerObject, letsEncryptIssuers, privateAuthority } from "./issuers";

/** What cert-manager depends on. */
export interface CertManagerSettings {
  /** Account at Let's Encrypt. Default: none, only the private authority. */
  readonly email?: string | undefined;
}

/** Arguments of {@link CertManager}. */
export interface CertManagerArgs {
  readonly settings: CertManagerSettings;
  readonly mirror?: string | undefined;
}

/** cert-manager with its cluster issuers: the private authority and, with an email, Let's Encrypt. */
export class CertManager extends pulumi.ComponentResource {
  readonly chart: ChartRelease;

  constructor(name: string, args: CertManagerArgs, opts: pulumi.ResourceOptions) {
    super("bramble:platform:CertManager", name, {}, opts);
    this.chart = new ChartRelease(
      name,
      { row: charts.certManager, values: certManagerValues(), mirror: args.mirror },
      inheritOptions(this, opts),
    );

    const apply = (object: IssuerObject, after: pulumi.Resource): CustomResource =>
      new CustomResource(
        `${object.metadata.name}-${object.kind.toLowerCase()}`,
        { ...object },
        inheritOptions(this, opts, [after]),
      );
    privateAuthority(charts.certManager.namespace).reduce<pulumi.Resource>(
      (previous, object) => apply(object, previous),
      this.chart.release,
    );
    const { email } = args.settings;
    for (const issuer of email === undefined ? [] : letsEncryptIssuers(email)) {
      apply(issuer, this.chart.release);
    }
    this.registerOutputs({});
  }
}
