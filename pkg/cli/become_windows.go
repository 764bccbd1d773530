package cli

import (
	"os"
	"os/signal"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// become runs a program and ends with its exit status: Windows cannot replace a
// process. Ctrl-C reaches both; this one leaves it to the program.
func become(path string, argv, environ []string) error {
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	child, err := os.StartProcess(path, argv, &os.ProcAttr{
		Env: environ, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		return jit.Errorf(jit.Invalid, "run "+argv[0], "%w", err)
	}
	state, err := child.Wait()
	if err != nil {
		return jit.Errorf(jit.Invalid, "run "+argv[0], "%w", err)
	}
	return caller.Ended(state.ExitCode())
}
