// Command aws-iam-authenticator runs the released server of that name. It is the
// server package itself, unmodified, with two things the released command has no
// flag for: its second health listener, which binds every address of the
// machine, is switched off, and one SIGTERM ends it.
//
//	aws-iam-authenticator CLUSTER PORT STATE-DIR               write certificate and webhook kubeconfig
//	aws-iam-authenticator CLUSTER PORT STATE-DIR KUBECONFIG    serve
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/aws-iam-authenticator/pkg/config"
	"sigs.k8s.io/aws-iam-authenticator/pkg/mapper"
	"sigs.k8s.io/aws-iam-authenticator/pkg/metrics"
	"sigs.k8s.io/aws-iam-authenticator/pkg/server"
)

// noPort makes the health listener fail, which the server logs and survives.
const noPort = -1

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 && len(args) != 4 {
		return fmt.Errorf("usage: aws-iam-authenticator CLUSTER PORT STATE-DIR [KUBECONFIG]")
	}
	port, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	c := config.Config{
		PartitionID: "aws", ClusterID: args[0], HostPort: port, HealthPort: noPort,
		Hostname: "127.0.0.1", Address: "127.0.0.1", StateDir: args[2],
		GenerateKubeconfigPath: filepath.Join(args[2], "webhook.yaml"), KubeconfigPregenerated: true,
		BackendMode: []string{mapper.ModeEKSConfigMap},
	}
	if len(args) == 3 {
		return c.GenerateFiles()
	}
	c.Kubeconfig = args[3]
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	metrics.InitMetrics(prometheus.DefaultRegisterer)
	s := server.New(ctx, c)
	go func() { <-ctx.Done(); s.Close() }()
	s.Run(ctx.Done())
	return nil
}
