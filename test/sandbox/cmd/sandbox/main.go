// Command sandbox builds, runs and shows the sandbox: `make sandbox`, `make demo`.
//
//	sandbox build         build the programs that others wrote, those that only tests use too
//	sandbox client NAME   build one that no sandbox runs (goreleaser), and say where it lies
//	sandbox run           keep a sandbox running in the foreground
//	sandbox demo          play the story on one
//
// It is run from the folder of its module. SANDBOX_DIR says where the sandbox
// lives, relative to the repository's root.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

func main() {
	sandbox.EndWithParent()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	module, err := os.Getwd()
	if err != nil {
		return err
	}
	if len(args) == 2 && args[0] == "client" {
		return client(ctx, module, args[1])
	}
	if len(args) != 1 {
		return fmt.Errorf("usage: sandbox build|run|demo, or sandbox client NAME")
	}
	var more []string
	if args[0] == "build" {
		more = append(more, sandbox.Helm)
	}
	programs, err := sandbox.Build(ctx, module, os.Stderr, more...)
	if err != nil {
		return err
	}
	root := filepath.Join(module, "..", "..")
	options := sandbox.Options{Bin: filepath.Join(root, "bin"), Programs: programs}
	switch args[0] {
	case "build":
		return nil
	case "run":
		options.Dir = folder(root, ".sandbox")
		return keep(ctx, root, options)
	case "demo":
		options.Dir = folder(root, ".demo")
		return demo(ctx, options)
	}
	return fmt.Errorf("no command %q: build, run or demo", args[0])
}

// client builds one program and writes its path to stdout, for the Makefile.
func client(ctx context.Context, module, name string) error {
	built, err := sandbox.BuildClients(ctx, module, os.Stderr, name)
	if err != nil {
		return err
	}
	fmt.Println(built[name])
	return nil
}

// folder is where the sandbox lives. The demo has one of its own, so that both
// can run side by side.
func folder(root, usual string) string {
	if usual == ".sandbox" {
		if dir := os.Getenv("SANDBOX_DIR"); dir != "" {
			usual = dir
		}
	}
	if filepath.IsAbs(usual) {
		return usual
	}
	return filepath.Join(root, usual)
}

// keep runs a sandbox until a signal ends it.
func keep(ctx context.Context, root string, options sandbox.Options) error {
	begin := time.Now()
	fmt.Println("starting etcd, kube-apiserver, aws-iam-authenticator and jit-broker …")
	s, err := sandbox.Start(ctx, options)
	if err != nil {
		return err
	}
	defer s.Stop()
	dir := options.Dir
	if here, err := filepath.Rel(root, dir); err == nil && filepath.IsLocal(here) {
		dir = here
	}
	fmt.Printf(`ready in %.1f s. In another terminal:

  . %[2]s/env                                    # you are alice@example.com
  kubectl get nodes -o wide                         # You must be logged in to the server
  kubectl jit login eks-pod-manager
  kubectl get pods --all-namespaces
  %[2]s/as bob kubectl jit requests              # the approver
  kubectl --kubeconfig %[2]s/admin.kubeconfig …  # the administrator

Ctrl-C ends it.
`, time.Since(begin).Seconds(), dir)
	<-ctx.Done()
	fmt.Println("ending")
	return nil
}
