import { appBackupDestination } from "../../config/appBackupsSchema";
import type { Config } from "../../config/schema";

/** Where rehearsals take place. */
export const rehearsalNamespace = "media-test";

/** The cluster that a rehearsal deploys to. */
export interface RehearsalCluster {
  readonly kubeconfigPath: string;
  readonly context: string | undefined;
}

/** Values of a stack's file, by section. */
export type Sections = Readonly<Record<string, unknown>>;

const off = { enabled: false };

/** Enough for fresh databases, and for nothing that anybody would miss. */
const small = "1Gi";

/**
 * The configuration of a rehearsal: the media stack as the real one has it, in a namespace of its
 * own, without addresses, with small claims, and without the platform, which is there already.
 *
 * @throws Error in one line when the real stack itself is in that namespace.
 */
export function rehearsalSections(config: Config, cluster: RehearsalCluster): Sections {
  const { media, platform, ops, network } = config;
  if (media.namespace === rehearsalNamespace) {
    throw new Error(
      `media.namespace is ${rehearsalNamespace}, where rehearsals take place and everything is removed: the real stack needs another one`,
    );
  }
  const apps = Object.entries(media.apps).map(([name, { enabled, secretGeneration }]) => [
    name,
    { enabled, secretGeneration },
  ]);
  const place = appBackupDestination(config);
  const { hour, keep } = ops.appBackups;
  const copies =
    place === undefined ? off : { s3: place.s3, nfs: place.nfs, ssh: place.ssh, hour, keep };
  return {
    cluster: { name: `${config.cluster.name}-rehearsal`, source: "existing", ...cluster },
    network: { domain: network.domain },
    platform: {
      ...Object.fromEntries(
        [
          ...["traefik", "metallb", "certManager", "monitoring", "logging", "tracing"],
          "argocd",
        ].map((part) => [part, off]),
      ),
      namespaces: platform.namespaces,
    },
    ops: { probes: off, statusPage: off, appBackups: copies },
    media: {
      ...media,
      namespace: rehearsalNamespace,
      apps: Object.fromEntries(apps) as Sections,
      storage: { ...media.storage, mediaSize: small, configSize: small },
    },
  };
}

/** The same sections with an app's key replaced by the next one. */
export function withRotatedKey(sections: Sections, app: string): Sections {
  const media = sections["media"] as {
    readonly apps: Record<string, { secretGeneration: number }>;
  };
  const row = media.apps[app];
  if (row === undefined) throw new Error(`${app} is no app of this stack`);
  const rotated = { ...row, secretGeneration: row.secretGeneration + 1 };
  return { ...sections, media: { ...media, apps: { ...media.apps, [app]: rotated } } };
}
