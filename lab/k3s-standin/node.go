package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/clock"
	"sigs.k8s.io/kwok/kustomize/stage/node/fast"
	heartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
	podfast "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	kwokclient "sigs.k8s.io/kwok/pkg/utils/client"
)

const leaseSeconds = 40

// registerNode makes the node object, or refreshes the status of the one that is there; labels
// and taints of the configuration count at registration only, as with k3s.
func (a *agent) registerNode(ctx context.Context) error {
	client, err := clientFrom(a.kubeconfig())
	if err != nil {
		return err
	}
	described, err := a.describeNode()
	if err != nil {
		return err
	}
	nodes := client.CoreV1().Nodes()
	_, err = nodes.Create(ctx, described, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		node, err := nodes.Get(ctx, a.name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		conditions := node.Status.Conditions
		node.Status = described.Status
		node.Status.Conditions = conditions
		_, err = nodes.UpdateStatus(ctx, node, metav1.UpdateOptions{})
		return err
	})
}

func (a *agent) describeNode() (*corev1.Node, error) {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{
		Name: a.name,
		Labels: map[string]string{
			"beta.kubernetes.io/arch": runtime.GOARCH, "beta.kubernetes.io/os": "linux",
			"kubernetes.io/arch": runtime.GOARCH, "kubernetes.io/os": "linux",
			"kubernetes.io/hostname": a.name, "node.kubernetes.io/instance-type": "k3s",
			"bramble.lab/stand-in": "true",
		},
		Annotations: map[string]string{"k3s.io/internal-ip": a.address, "k3s.io/hostname": a.name},
	}}
	node.Status = corev1.NodeStatus{
		Addresses: []corev1.NodeAddress{
			{Type: corev1.NodeInternalIP, Address: a.address},
			{Type: corev1.NodeHostName, Address: a.name},
		},
		Capacity: corev1.ResourceList{
			corev1.ResourceCPU:              resource.MustParse("4"),
			corev1.ResourceMemory:           resource.MustParse("7782Mi"),
			corev1.ResourcePods:             resource.MustParse("110"),
			corev1.ResourceEphemeralStorage: resource.MustParse("110Gi"),
		},
		NodeInfo: nodeInfo(),
	}
	node.Status.Allocatable = node.Status.Capacity
	for _, label := range a.config.list("node-label") {
		key, value, _ := strings.Cut(label, "=")
		node.Labels[key] = value
	}
	for _, text := range a.config.list("node-taint") {
		definition, effect, found := strings.Cut(text, ":")
		key, value, _ := strings.Cut(definition, "=")
		if !found {
			return nil, fmt.Errorf("node-taint: %q has no effect", text)
		}
		node.Spec.Taints = append(node.Spec.Taints,
			corev1.Taint{Key: key, Value: value, Effect: corev1.TaintEffect(effect)})
	}
	return node, nil
}

func nodeInfo() corev1.NodeSystemInfo {
	read := func(path string) string {
		content, err := os.ReadFile(path)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(content))
	}
	image := "unknown"
	for line := range bytes.Lines([]byte(read("/etc/os-release"))) {
		if name, found := strings.CutPrefix(string(line), "PRETTY_NAME="); found {
			image = strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	return corev1.NodeSystemInfo{
		Architecture: runtime.GOARCH, OperatingSystem: "linux", OSImage: image,
		BootID: read("/proc/sys/kernel/random/boot_id"), MachineID: read("/etc/machine-id"),
		SystemUUID: read("/etc/machine-id"), KernelVersion: read("/proc/sys/kernel/osrelease"),
		ContainerRuntimeVersion: "kwok://stand-in", KubeletVersion: gitVersion(),
	}
}

// play lets kwok act as the kubelet of this host's node alone, so that it falls silent with it.
func (a *agent) play(ctx context.Context) error {
	stages := map[internalversion.StageResourceRef][]*internalversion.Stage{}
	for _, source := range []string{
		fast.DefaultNodeInit, heartbeat.DefaultNodeHeartbeatWithLease, podfast.DefaultPodReady,
		podfast.DefaultPodComplete, podfast.DefaultPodDelete,
	} {
		stage, err := kwokconfig.UnmarshalWithType[*internalversion.Stage](source)
		if err != nil {
			return err
		}
		stages[stage.Spec.ResourceRef] = append(stages[stage.Spec.ResourceRef], stage)
	}
	clients, err := kwokclient.NewClientset("", a.kubeconfig())
	if err != nil {
		return err
	}
	config, err := clients.ToRESTConfig()
	if err != nil {
		return err
	}
	dynamicClient, err := clients.ToDynamicClient()
	if err != nil {
		return err
	}
	mapper, err := clients.ToRESTMapper()
	if err != nil {
		return err
	}
	restClient, err := rest.RESTClientFor(config)
	if err != nil {
		return err
	}
	typed, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	controller, err := controllers.NewController(controllers.Config{
		Clock: clock.RealClock{}, DynamicClient: dynamicClient, RESTClient: restClient,
		RESTMapper: mapper, TypedClient: typed,
		ImpersonatingDynamicClient: clients.ToImpersonatingDynamicClient(),
		ImpersonatingTypedClient:   clients.ToImpersonatingTypedClient(),
		ManageSingleNode:           a.name, NodeName: a.name, NodeIP: a.address,
		CIDR: a.config.text("cluster-cidr", "10.42.0.0/16"), LocalStages: stages,
		NodePlayStageParallelism: 1, PodPlayStageParallelism: 4, PodsOnNodeSyncParallelism: 1,
		NodeLeaseDurationSeconds: leaseSeconds, NodeLeaseParallelism: 1,
		// The same holder after a restart goes on with its own lease at once.
		ID: a.name,
	})
	if err != nil {
		return err
	}
	if err := controller.Start(quietKwok(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
