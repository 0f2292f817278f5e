package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/pflag"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/util/compatibility"
	cliflag "k8s.io/component-base/cli/flag"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	apiserveroptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	manageroptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"
)

// parseFlags sets a component's options from its own command line, so that its mistakes are told
// in its own words; later arguments win.
func parseFlags(name string, sets cliflag.NamedFlagSets, arguments []string) error {
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	flags.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	for _, set := range sets.FlagSets {
		flags.AddFlagSet(set)
	}
	for i, argument := range arguments {
		if !strings.HasPrefix(argument, "--") {
			arguments[i] = "--" + argument
		}
	}
	if err := flags.Parse(arguments); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func apiserverArguments(settings settings) []string {
	p := settings.paths
	arguments := []string{
		"advertise-address=" + settings.address,
		"allow-privileged=true",
		"anonymous-auth=false",
		"api-audiences=https://kubernetes.default.svc.cluster.local,k3s",
		"authorization-mode=Node,RBAC",
		"client-ca-file=" + p.tls("client-ca.crt"),
		"enable-admission-plugins=NodeRestriction",
		"enable-priority-and-fairness=false",
		"etcd-cafile=" + p.tls("etcd", "server-ca.crt"),
		"etcd-certfile=" + p.tls("etcd", "client.crt"),
		"etcd-keyfile=" + p.tls("etcd", "client.key"),
		"etcd-servers=https://127.0.0.1:2379",
		"kubelet-preferred-address-types=InternalIP",
		"profiling=false",
		"proxy-client-cert-file=" + p.tls("client-auth-proxy.crt"),
		"proxy-client-key-file=" + p.tls("client-auth-proxy.key"),
		"requestheader-allowed-names=system:auth-proxy",
		"requestheader-client-ca-file=" + p.tls("request-header-ca.crt"),
		"requestheader-extra-headers-prefix=X-Remote-Extra-",
		"requestheader-group-headers=X-Remote-Group",
		"requestheader-username-headers=X-Remote-User",
		"service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"service-account-key-file=" + p.tls("service.key"),
		"service-account-signing-key-file=" + p.tls("service.key"),
		"service-cluster-ip-range=" + settings.serviceRange,
		"tls-cert-file=" + p.tls("serving-kube-apiserver.crt"),
		"tls-private-key-file=" + p.tls("serving-kube-apiserver.key"),
	}
	if settings.encryptSecrets {
		arguments = append(arguments, "encryption-provider-config="+p.server(encryptionFile))
	}
	return append(arguments, settings.config.list("kube-apiserver-arg")...)
}

// startAPIServer serves Kubernetes on the given port behind the supervisor's own paths.
func startAPIServer(
	ctx context.Context, settings settings, port *handover, wrap func(http.Handler) http.Handler,
) (<-chan error, error) {
	options := apiserveroptions.NewServerRunOptions()
	err := parseFlags("kube-apiserver", options.Flags(), apiserverArguments(settings))
	if err != nil {
		return nil, err
	}
	options.SecureServing.Listener = secondListener{port}
	if err := compatibility.DefaultComponentGlobalsRegistry.Set(); err != nil {
		return nil, err
	}
	completed, err := options.Complete(ctx)
	if err != nil {
		return nil, err
	}
	if errs := completed.Validate(); len(errs) > 0 {
		return nil, fmt.Errorf("kube-apiserver: %v", errs)
	}
	config, err := apiserver.NewConfig(completed)
	if err != nil {
		return nil, err
	}
	generic := config.Aggregator.GenericConfig
	inner := generic.BuildHandlerChainFunc
	generic.BuildHandlerChainFunc = func(h http.Handler, c *genericapiserver.Config) http.Handler {
		return wrap(inner(h, c))
	}
	ready, err := config.Complete()
	if err != nil {
		return nil, err
	}
	chain, err := apiserver.CreateServerChain(ready)
	if err != nil {
		return nil, err
	}
	prepared, err := chain.PrepareRun()
	if err != nil {
		return nil, err
	}
	stopped := make(chan error, 1)
	go func() { stopped <- prepared.Run(ctx) }()
	return stopped, nil
}

// withoutNeed are controllers for features that no cluster of the lab uses.
const withoutNeed = "-bootstrap-signer-controller,-token-cleaner-controller," +
	"-certificatesigningrequest-approving-controller,-certificatesigningrequest-cleaner-controller," +
	"-podcertificaterequest-cleaner-controller," +
	"-device-taint-eviction-controller,-resourceclaim-controller,-podgroup-protection-controller," +
	"-storageversion-garbage-collector-controller,-storage-version-migrator-controller," +
	"-validatingadmissionpolicy-status-controller,-ttl-controller," +
	"-legacy-serviceaccount-token-cleaner-controller," +
	"-kube-apiserver-serving-clustertrustbundle-publisher-controller," +
	"-volumeattributesclass-protection-controller,-resourcepoolstatusrequest-controller," +
	"-selinux-warning-controller"

// Three servers share two processors in the lab, so leases last longer than upstream's.
var elections = []string{
	"leader-elect-lease-duration=25s", "leader-elect-renew-deadline=20s",
	"leader-elect-retry-period=4s",
}

func startControllerManager(ctx context.Context, settings settings) error {
	p := settings.paths
	options, err := manageroptions.NewKubeControllerManagerOptions()
	if err != nil {
		return err
	}
	arguments := append([]string{
		"allocate-node-cidrs=true",
		"cluster-cidr=" + settings.podRange,
		"cluster-signing-kube-apiserver-client-cert-file=" + p.tls("client-ca.crt"),
		"cluster-signing-kube-apiserver-client-key-file=" + p.tls("client-ca.key"),
		"controllers=*," + withoutNeed,
		"kubeconfig=" + p.server("cred", "controller.kubeconfig"),
		"node-monitor-grace-period=40s",
		"profiling=false",
		"root-ca-file=" + p.tls("server-ca.crt"),
		"secure-port=0",
		"service-account-private-key-file=" + p.tls("service.key"),
		"service-cluster-ip-range=" + settings.serviceRange,
		"use-service-account-credentials=true",
	}, elections...)
	arguments = append(arguments, settings.config.list("kube-controller-manager-arg")...)
	known := manager.KnownControllers()
	byDefaultOff, aliases := manager.ControllersDisabledByDefault(), manager.ControllerAliases()
	sets := options.Flags(known, byDefaultOff, aliases)
	if err := parseFlags("kube-controller-manager", sets, arguments); err != nil {
		return err
	}
	config, err := options.Config(ctx, known, byDefaultOff, aliases)
	if err != nil {
		return err
	}
	go func() { exitOn("kube-controller-manager", manager.Run(ctx, config.Complete())) }()
	return nil
}

// schedulerConfig keeps a standby scheduler's caches empty until it leads.
const schedulerConfig = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection: {kubeconfig: %q}
delayCacheUntilActive: true
enableProfiling: false
leaderElection: {leaseDuration: 25s, renewDeadline: 20s, retryPeriod: 4s}
`

func startScheduler(ctx context.Context, settings settings) error {
	p := settings.paths
	file := p.server("etc", "scheduler.yaml")
	content := fmt.Appendf(nil, schedulerConfig, p.server("cred", "scheduler.kubeconfig"))
	if err := writePrivate(file, content); err != nil {
		return err
	}
	options := scheduleroptions.NewOptions()
	arguments := []string{"config=" + file, "secure-port=0"}
	if err := parseFlags("kube-scheduler", *options.Flags, arguments); err != nil {
		return err
	}
	config, built, err := scheduler.Setup(ctx, options)
	if err != nil {
		return err
	}
	go func() { exitOn("kube-scheduler", scheduler.Run(ctx, config, built)) }()
	return nil
}
