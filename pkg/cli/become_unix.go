//go:build unix

package cli

import (
	"syscall"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// become puts a program in this process's place. It returns only where that fails.
func become(path string, argv, environ []string) error {
	return jit.Errorf(jit.Invalid, "run "+argv[0], "%w", syscall.Exec(path, argv, environ))
}
