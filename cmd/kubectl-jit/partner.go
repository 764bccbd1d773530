package main

import (
	"os"
	"path/filepath"
	"strings"
)

// The programs that do what this one does not: jit-token gets a token for a client,
// jit-core is every other verb.
const (
	jitToken = "jit-token" + suffix
	jitCore  = "jit-core" + suffix
)

// partners are the places where a partner may lie, in the order they are tried:
// beside the front (krew, Homebrew, go install, an archive), and where packages
// put programs that nobody types (deb, rpm, apk). Links to the front are resolved
// first, because krew and Homebrew link this one program into their bin folder.
func partners(name string) [2]string {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		fail("find "+name+": "+err.Error(), "")
	}
	folder := filepath.Dir(self)
	return [2]string{
		filepath.Join(folder, name),
		filepath.Join(folder, "..", "libexec", "kubectl-jit", name),
	}
}

// environment is ours, with the version that a partner must have: one of another
// release refuses to run.
func environment() []string {
	const variable = "KUBECTL_JIT_FRONT="
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, variable) {
			env = append(env, pair)
		}
	}
	return append(env, variable+version)
}

// missing says that there is no such partner, and ends the process. A release has a
// version, and comes with its partners however it is installed; what go install and
// go build make has none.
func missing(name string, tried [2]string) {
	next := "install kubectl-jit " + version + " again, the way it was installed: each holds all three programs, see https://github.com/kubectl-jit/kubectl-jit/blob/main/docs/install.md"
	if version == "dev" {
		next = "go install github.com/kubectl-jit/kubectl-jit/cmd/...@latest, or make build in a clone, which make all three"
	}
	fail("the program "+name+", which belongs to this one, is neither "+tried[0]+" nor "+tried[1], next)
}
