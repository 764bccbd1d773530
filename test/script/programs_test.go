package script_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/kubectl-jit/kubectl-jit/pkg/brokerd"
	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// version is the version of the programs under test.
const version = "v0.0.0-script"

// programs are what a script may call with exec.
func programs() map[string]func() {
	return map[string]func(){
		"kubectl-jit":        kubectlJit,
		"kubectl-jit_access": kubectlJit,
		"jit-broker":         jitBroker,
		"as":                 as,
		"browser":            browser,
		"exits":              exits,
		"gives-up":           givesUp,
		"nobody-reads":       nobodyReads,
		"uid":                uid,
		"comes-to":           comesTo,
	}
}

func kubectlJit() { os.Exit(caller.Run("jit-core", version, cli.Main)) }

func jitBroker() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(brokerd.Main(ctx, os.Args, os.Stdout, os.Stderr, version))
}

// as USER COMMAND… runs a command as somebody with a home folder of their own.
func as() {
	for name, value := range homeOf(os.Getenv("WORK"), os.Args[1]) {
		if err := os.Setenv(name, value); err != nil {
			fail(err)
		}
	}
	path, err := exec.LookPath(os.Args[2])
	if err != nil {
		fail(err)
	}
	fail(syscall.Exec(path, os.Args[2:], os.Environ()))
}

// exits STATUS COMMAND… succeeds when the command ends with the exit status.
func exits() {
	want, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fail(err)
	}
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	got := 0
	if err := cmd.Run(); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			fail(err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		fail(fmt.Errorf("exit status %d, want %d", got, want))
	}
}

// comesTo URL prints where a browser is sent that goes there.
func comesTo() {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(os.Args[1])
	if err != nil {
		fail(err)
	}
	fmt.Println(answer.Header.Get("Location"))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
