import type { storage } from "@pulumi/kubernetes/types/input";

/**
 * k3s's own class for folders on a host's disk. It stays the cluster's default; with a claim of it
 * goes the data.
 */
export const localClass = "local-path";

/** The same folders, for data that must outlive its claim. */
export const retainingClass = "local-path-retain";

/** Storage classes whose volumes are a folder on one host: one pod's, ReadWriteOnce. */
export const nodeLocalClasses: readonly string[] = [localClass, retainingClass];

/**
 * A class of k3s's provisioner that keeps what it made. Whoever deletes a claim, by hand, by Argo CD
 * or with its namespace, leaves the volume `Released` and the folder on the disk.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#retain
 */
export function renderRetainingClass(): storage.v1.StorageClass {
  return {
    metadata: {
      name: retainingClass,
      labels: {
        "app.kubernetes.io/name": retainingClass,
        "app.kubernetes.io/managed-by": "pulumi",
      },
      annotations: { description: "Folders on a host's disk that outlive their claims" },
    },
    provisioner: "rancher.io/local-path",
    reclaimPolicy: "Retain",
    // The folder is made where the pod runs, so the pod is placed first.
    volumeBindingMode: "WaitForFirstConsumer",
  };
}
