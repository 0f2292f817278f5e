import { resources } from "./resources";

/** Name of the storage class for shared volumes. */
export const nfsStorageClass = "nfs-client";

/** What the NFS driver's values depend on. */
export interface CsiDriverNfsSettings {
  /** Name or address of the NFS server. */
  readonly server: string;
  /** Exported directory. */
  readonly path: string;
}

/**
 * Values of the NFS CSI driver's chart, with the storage class `nfs-client`.
 *
 * A volume's directory is named after its claim and outlives both: a claim made again after a
 * rebuild finds its data.
 *
 * @see https://github.com/kubernetes-csi/csi-driver-nfs/blob/master/docs/driver-parameters.md
 */
export function csiDriverNfsValues({ server, path }: CsiDriverNfsSettings) {
  const container = resources("5m", "8Mi", "100Mi");
  const driver = resources("5m", "16Mi", "300Mi");
  return {
    controller: {
      replicas: 1,
      // Its definitions are not installed, and the sidecar stops without them.
      enableSnapshotter: false,
      defaultOnDeletePolicy: "retain",
      resources: {
        csiProvisioner: container,
        csiResizer: container,
        livenessProbe: container,
        nfs: driver,
      },
    },
    node: {
      resources: { livenessProbe: container, nodeDriverRegistrar: container, nfs: driver },
    },
    storageClasses: [
      {
        name: nfsStorageClass,
        parameters: {
          server,
          share: path,
          subDir: "${pvc.metadata.namespace}/${pvc.metadata.name}",
          onDelete: "retain",
        },
        reclaimPolicy: "Retain",
        mountOptions: ["nfsvers=4.1", "hard"],
      },
    ],
  };
}
