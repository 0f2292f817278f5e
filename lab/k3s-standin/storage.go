package main

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	localProvisioner = "rancher.io/local-path"
	provisionedBy    = "pv.kubernetes.io/provisioned-by"
	selectedNode     = "volume.kubernetes.io/selected-node"
)

// provisionLocalPaths answers claims of class local-path with volume objects, so that pods are
// scheduled; no directory is made. Every server does so: names make the second a no-op.
func provisionLocalPaths(ctx context.Context, client kubernetes.Interface) {
	cached := metav1.ListOptions{ResourceVersion: "0"}
	for tick(ctx, 2*time.Second) {
		claims, err := client.CoreV1().PersistentVolumeClaims("").List(ctx, cached)
		if err != nil {
			continue
		}
		for i := range claims.Items {
			claim := &claims.Items[i]
			if claim.Status.Phase != corev1.ClaimPending || claim.Spec.VolumeName != "" ||
				claim.Annotations["volume.kubernetes.io/storage-provisioner"] != localProvisioner ||
				claim.Annotations[selectedNode] == "" {
				continue
			}
			_, err := client.CoreV1().PersistentVolumes().Create(ctx, localVolume(claim),
				metav1.CreateOptions{})
			if err != nil && !apierrors.IsAlreadyExists(err) {
				logf("error", "volume for claim %s/%s: %v", claim.Namespace, claim.Name, err)
			}
		}
		volumes, err := client.CoreV1().PersistentVolumes().List(ctx, cached)
		if err != nil {
			continue
		}
		for _, volume := range volumes.Items {
			if volume.Status.Phase == corev1.VolumeReleased &&
				volume.Annotations[provisionedBy] == localProvisioner &&
				volume.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete {
				err := client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name,
					metav1.DeleteOptions{})
				if err != nil && !apierrors.IsNotFound(err) {
					logf("error", "deleting volume %s: %v", volume.Name, err)
				}
			}
		}
	}
}

func localVolume(claim *corev1.PersistentVolumeClaim) *corev1.PersistentVolume {
	name := "pvc-" + string(claim.UID)
	host := corev1.NodeSelectorRequirement{
		Key: "kubernetes.io/hostname", Operator: corev1.NodeSelectorOpIn,
		Values: []string{claim.Annotations[selectedNode]},
	}
	kind := corev1.HostPathDirectoryOrCreate
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Annotations: map[string]string{provisionedBy: localProvisioner},
		},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes: claim.Spec.AccessModes,
			Capacity:    claim.Spec.Resources.Requests,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Name: claim.Name,
				Namespace: claim.Namespace, UID: claim.UID,
			},
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				HostPath: &corev1.HostPathVolumeSource{
					Path: "/var/lib/rancher/k3s/storage/" + name, Type: &kind,
				},
			},
			StorageClassName: *claim.Spec.StorageClassName,
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{
				NodeSelectorTerms: []corev1.NodeSelectorTerm{
					{MatchExpressions: []corev1.NodeSelectorRequirement{host}},
				},
			}},
		},
	}
}
