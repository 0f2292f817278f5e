import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../../catalogue/charts";
import { ChartRelease, type ReleaseSecret } from "../helm/ChartRelease";
import type { GuardSettings } from "../namespace/settings";
import { inheritOptions } from "../options";
import { certManagerValues } from "./certManagerValues";
import { dnsTokenSecret, type IssuerObject, letsEncryptIssuers, privateAuthority } from "./issuers";

/** What cert-manager depends on. */
export interface CertManagerSettings {
  /** Account at Let's Encrypt. Default: none, only the private authority. */
  readonly email?: string | undefined;
  /** How names are proved by records in their zone. Default: by HTTP. */
  readonly dns01?:
    { readonly provider: "cloudflare"; readonly nameservers: readonly string[] } | undefined;
}

/** Arguments of {@link CertManager}. */
export interface CertManagerArgs {
  readonly settings: CertManagerSettings;
  readonly mirror?: string | undefined;
  /** What keeps its namespace's pods from others and in bounds. */
  readonly guards?: GuardSettings | undefined;
  /** Token for the zone's DNS provider. */
  readonly dnsToken?: pulumi.Input<string> | undefined;
}

function dnsSecrets({ dnsToken }: CertManagerArgs): ReleaseSecret[] {
  const { name, key } = dnsTokenSecret;
  return dnsToken === undefined ? [] : [{ name, stringData: { [key]: dnsToken } }];
}

/** cert-manager with its cluster issuers: the private authority and, with an email, Let's Encrypt. */
export class CertManager extends pulumi.ComponentResource {
  readonly chart: ChartRelease;

  constructor(name: string, args: CertManagerArgs, opts: pulumi.ResourceOptions) {
    super("bramble:platform:CertManager", name, {}, opts);
    this.chart = new ChartRelease(
      name,
      {
        row: charts.certManager,
        values: certManagerValues(args.settings.dns01?.nameservers),
        secrets: dnsSecrets(args),
        mirror: args.mirror,
        guards: args.guards,
      },
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
    const { email, dns01 } = args.settings;
    for (const issuer of email === undefined ? [] : letsEncryptIssuers(email, dns01?.provider)) {
      apply(issuer, this.chart.release);
    }
    this.registerOutputs({});
  }
}
