// Command kubectl-jit is the front of kubectl-jit: it answers get-token from
// what is held, and hands everything else over.
//
//	kubectl-jit get-token ARGS… ──▶ held? ─────────yes──▶ stdout, done
//	                                  │ no
//	            refused a moment ago? ├────────────yes──▶ the same exit status
//	                                  │ no
//	                 our turn, and held by now? ───yes──▶ stdout, done
//	                                  │ no
//	                                  ▼
//	                              jit-token, in this process's place
//
//	kubectl-jit anything else ──▶ jit-core, in this process's place
//
// kubectl, helm and every other client run it once a command, and a program pays
// for all it links at each start. So the front links the standard library only,
// and little of that (linked.golden is the list); it asks nobody and says nothing
// when it answers. Of many calls for one token it lets one through at a time, so
// that the others need not start a larger program to find the token held.
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
	if len(os.Args) < 2 || os.Args[1] != "get-token" {
		handOver(jitCore)
	}
	info := os.Getenv("KUBERNETES_EXEC_INFO")
	apiVersion, known := held.Version(info)
	if !known && info != "" {
		handOver(jitToken) // which says what is wrong with it
	}
	call := held.Call{
		CacheDir: held.CacheDir(),
		Name:     held.Name(os.Args[2:], held.ConfigDir(), os.Getenv("BRITIVE_API_TOKEN")),
		Info:     info,
	}
	if answered(call, apiVersion) {
		return
	}
	if info == "" { // by hand: no client calls again at once, and help may be wanted
		handOver(jitCore)
	}
	missed(call, apiVersion)
}

// answered answers from the held token, where there is one. A reader of stdout
// that is gone ends the process by SIGPIPE, and any other failure is said.
func answered(call held.Call, apiVersion string) bool {
	status, ok := held.Read(held.Path(call.CacheDir, call.Name), time.Now())
	if !ok {
		return false
	}
	if err := held.Answer(os.Stdout, apiVersion, status); err != nil {
		fail("answer: "+err.Error(), "")
	}
	return true
}

// missed has a token fetched, unless that just failed, or another call did it
// meanwhile.
func missed(call held.Call, apiVersion string) {
	began := time.Now()
	call.Parent = os.Getppid()
	if status, ok := call.Repeated(began); ok {
		os.Exit(status)
	}
	waited := call.Turn(func(holder string) {
		os.Stderr.WriteString("waiting for " + holder + ", which gets a token for the same cluster\n")
	})
	if waited {
		if answered(call, apiVersion) {
			return
		}
		if failure, ok := call.FailedSince(began); ok {
			_, _ = os.Stderr.Write(failure.Text)
			os.Exit(failure.Status)
		}
	}
	handOver(jitToken)
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
