package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"go.uber.org/zap"
	"google.golang.org/grpc/grpclog"
	"k8s.io/klog/v2"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
)

// memoryTarget makes the collector work harder from there on: three servers share one machine.
const memoryTarget = 600 << 20

// logf writes one line in the shape of k3s's own log.
func logf(level, format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "time=%q level=%s msg=%q\n",
		time.Now().UTC().Format(time.RFC3339), level, fmt.Sprintf(format, arguments...))
}

// quieten leaves warnings and errors of Kubernetes in the log, which is enough to find a fault.
func quieten() {
	debug.SetMemoryLimit(memoryTarget)
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{
		"logtostderr": "false", "stderrthreshold": "WARNING",
	} {
		if err := flags.Set(name, value); err != nil {
			logf("warning", "klog %s: %v", name, err)
		}
	}
	klog.SetOutput(io.Discard)
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, os.Stderr))
}

func quietKwok(ctx context.Context) context.Context {
	return kwoklog.NewContext(ctx, kwoklog.NewLogger(os.Stderr, kwoklog.LevelWarn))
}

func quietLogger() *zap.Logger {
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zap.WarnLevel)
	return zap.Must(config.Build())
}
