// Command jit-token answers a client's get-token when the front
// (cmd/kubectl-jit) holds no token that is good: it asks the broker, signs, and
// holds the token for the next call.
//
// It is a program of its own because every client pays at each start for what a
// program links, and cmd/jit-core links all that people's commands need. It has
// a name that kubectl does not list as a plugin of its own.
package main

import (
	"os"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "dev"

func main() { os.Exit(caller.Run("jit-token", version, caller.Main)) }
