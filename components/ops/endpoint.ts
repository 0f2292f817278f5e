/** How it is seen that something works, from inside the cluster. */
export type Check =
  | {
      readonly kind: "http";
      readonly url: string;
      /** Codes of a good answer. */
      readonly statusCodes: readonly number[];
      /** Name that is asked for at the URL's address, where the address itself has none. */
      readonly hostName?: string;
      /**
       * Whether the certificate has to be one that everybody trusts. Not so for the cluster's own
       * names and API, which a private authority may sign; how long it is good is looked at anyway.
       */
      readonly publicCertificate: boolean;
    }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "ping"; readonly address: string }
  | { readonly kind: "dns"; readonly server: string; readonly name: string };

/** Something that people rely on, looked at every minute. */
export interface Endpoint {
  /** Unique; names its Probe and stands on the status page. */
  readonly name: string;
  /** What it belongs to: label `app` of its figures. */
  readonly app: string;
  readonly group: "apps" | "names" | "cluster" | "network";
  readonly check: Check;
}
