// Command kubectl-jit is the front of kubectl-jit: it answers get-token from
// what is held, and hands everything else to jit-core.
//
//	kubectl-jit get-token ARGS… ──▶ held? ──yes──▶ stdout, done
//	                                  │no
//	kubectl-jit anything else ────────┴──▶ jit-core, in this process's place
//
// kubectl, helm and every other client run it once a command, and a program pays
// for all it links at each start. So the front links the standard library only,
// and little of that (linked.golden is the list); it asks nobody, waits for
// nobody and says nothing when it answers.
package main

import (
	"os"
	"path/filepath"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "dev"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "get-token" {
		if status, apiVersion, ok := ready(os.Args[2:]); ok {
			answer(apiVersion, status)
			return
		}
	}
	handOver(partners(), os.Args, environment())
}

// ready looks for the token that an entry with these arguments holds.
func ready(args []string) (status []byte, apiVersion string, ok bool) {
	apiVersion, ok = held.Version(os.Getenv("KUBERNETES_EXEC_INFO"))
	if !ok {
		return nil, "", false
	}
	name := held.Name(args, held.ConfigDir(), os.Getenv("BRITIVE_API_TOKEN"))
	status, ok = held.Read(held.Path(held.CacheDir(), name), time.Now())
	return status, apiVersion, ok
}

// answer writes to stdout. A reader that is gone ends the process by SIGPIPE,
// and any other failure is said.
func answer(apiVersion string, status []byte) {
	if err := held.Answer(os.Stdout, apiVersion, status); err != nil {
		fail("answer: "+err.Error(), "")
	}
}

// fail says what is wrong and what to do, and ends the process.
func fail(why, next string) {
	name := filepath.Base(os.Args[0])
	text := name + ": error: " + why + "\n"
	if next != "" {
		text += name + ": next: " + next + "\n"
	}
	os.Stderr.WriteString(text)
	os.Exit(1)
}
