package main

import (
	"context"
	"slices"
	"time"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"
)

const (
	memberNameKey    = "etcd.k3s.cattle.io/node-name"
	memberAddressKey = "etcd.k3s.cattle.io/node-address"
	memberFinalizer  = "wrangler.cattle.io/managed-etcd-controller"
	voterCondition   = "EtcdIsVoter"
	learnerMaxStall  = 5 * time.Minute
)

// manageLearners promotes learners that have caught up, while this server leads etcd. A learner
// that makes no progress for five minutes is removed, so that others can join.
func (d *datastore) manageLearners(ctx context.Context) {
	waiting := map[uint64]time.Time{}
	for tick(ctx, time.Second) {
		if d.running.Server.Leader() != d.running.Server.MemberID() {
			clear(waiting)
			continue
		}
		members, err := d.members(ctx)
		if err != nil {
			continue
		}
		for _, member := range members {
			if !member.IsLearner {
				delete(waiting, member.ID)
				continue
			}
			if _, known := waiting[member.ID]; !known {
				waiting[member.ID] = time.Now()
			}
			limited, cancel := context.WithTimeout(ctx, 5*time.Second)
			if _, err := d.client.MemberPromote(limited, member.ID); err == nil {
				logf("info", "Promoted learner %s to voting member", member.Name)
			} else if time.Since(waiting[member.ID]) > learnerMaxStall {
				logf("warning", "Learner %s stalled, removing it: %v", member.Name, err)
				_, err = d.client.MemberRemove(limited, member.ID)
				if err != nil {
					logf("error", "removing learner %s: %v", member.Name, err)
				}
			}
			cancel()
		}
	}
}

func tick(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

func (d *datastore) members(ctx context.Context) ([]*etcdserverpb.Member, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	answer, err := d.client.MemberList(ctx)
	if err != nil {
		return nil, err
	}
	return answer.Members, nil
}

// markNode labels this server's node, binds it to its etcd member and tells of its vote.
func (d *datastore) markNode(ctx context.Context, client kubernetes.Interface, name string) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		node, err := client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		changed := node.DeepCopy()
		if changed.Annotations == nil {
			changed.Annotations = map[string]string{}
		}
		changed.Labels["node-role.kubernetes.io/control-plane"] = "true"
		changed.Labels["node-role.kubernetes.io/etcd"] = "true"
		changed.Annotations[memberNameKey] = d.name
		changed.Annotations[memberAddressKey] = d.address
		if node.DeletionTimestamp == nil && !slices.Contains(changed.Finalizers, memberFinalizer) {
			changed.Finalizers = append(changed.Finalizers, memberFinalizer)
		}
		changed, err = client.CoreV1().Nodes().Update(ctx, changed, metav1.UpdateOptions{})
		if err != nil {
			return err
		}
		return setVoter(ctx, client, changed, d.running.Server.IsLearner())
	})
}

func setVoter(
	ctx context.Context, client kubernetes.Interface, node *corev1.Node, learner bool,
) error {
	status, reason := corev1.ConditionTrue, "MemberNotLearner"
	message := "Node is a voting member of the etcd cluster"
	if learner {
		status, reason = corev1.ConditionFalse, "MemberIsLearner"
		message = "Node has not been promoted to voting member of the etcd cluster"
	}
	now := metav1.Now()
	next := corev1.NodeCondition{
		Type: voterCondition, Status: status, Reason: reason, Message: message,
		LastHeartbeatTime: now, LastTransitionTime: now,
	}
	for i, old := range node.Status.Conditions {
		if old.Type != voterCondition {
			continue
		}
		if old.Status == status {
			return nil
		}
		node.Status.Conditions = slices.Delete(node.Status.Conditions, i, i+1)
		break
	}
	node.Status.Conditions = append(node.Status.Conditions, next)
	_, err := client.CoreV1().Nodes().UpdateStatus(ctx, node, metav1.UpdateOptions{})
	return err
}

// followDeletions removes the etcd member of a server whose node is deleted, then lets the node
// go. Every server does so: the second finds nothing left to do.
func (d *datastore) followDeletions(ctx context.Context, client kubernetes.Interface) {
	for tick(ctx, 2*time.Second) {
		nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{ResourceVersion: "0"})
		if err != nil {
			continue
		}
		for i := range nodes.Items {
			node := &nodes.Items[i]
			if node.DeletionTimestamp == nil || !slices.Contains(node.Finalizers, memberFinalizer) {
				continue
			}
			if err := d.removeMember(ctx, node.Annotations[memberNameKey]); err != nil {
				logf("error", "removing the etcd member of node %s: %v", node.Name, err)
				continue
			}
			patch := []byte(`[{"op":"remove","path":"/metadata/finalizers"}]`)
			_, err := client.CoreV1().Nodes().Patch(ctx, node.Name, types.JSONPatchType, patch,
				metav1.PatchOptions{})
			if err != nil && !apierrors.IsNotFound(err) {
				logf("error", "releasing node %s: %v", node.Name, err)
			}
		}
	}
}

func (d *datastore) removeMember(ctx context.Context, name string) error {
	members, err := d.members(ctx)
	if err != nil || name == "" {
		return err
	}
	for _, member := range members {
		if member.Name != name {
			continue
		}
		logf("info", "Removing name=%s id=%x from etcd", name, member.ID)
		limited, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		_, err := d.client.MemberRemove(limited, member.ID)
		return err
	}
	return nil
}
