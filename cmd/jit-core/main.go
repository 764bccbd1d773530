// Command jit-core is the whole of kubectl-jit behind its front
// (cmd/kubectl-jit): whatever no client asks for ends up here.
// It has a name that kubectl does not list as a plugin of its own.
package main

import (
	"os"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "dev"

func main() { os.Exit(caller.Run("jit-core", version, cli.Main)) }
