package main

import (
	"flag"
	"fmt"
	"go/build"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write linked.golden anew")

const module = "github.com/kubectl-jit/kubectl-jit/"

// TestLinked compares what the front links on each system with linked.golden,
// whose first line is the release of Go it was written with: the standard
// library's own imports differ between releases. Its internal packages are left
// out, and so are those that os links too, which cost nothing more.
//
//	go test ./cmd/kubectl-jit -run TestLinked -update
func TestLinked(t *testing.T) {
	var list strings.Builder
	fmt.Fprintln(&list, "#", release())
	for _, system := range []string{"darwin", "linux", "windows"} {
		free := closure(t, system, "os")
		for _, linked := range slices.Sorted(maps.Keys(closure(t, system, module+"cmd/kubectl-jit"))) {
			if !free[linked] && !internal(linked) {
				fmt.Fprintln(&list, system, strings.TrimPrefix(linked, module))
			}
		}
	}
	if *update {
		if err := os.WriteFile("linked.golden", []byte(list.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("linked.golden")
	if err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(string(want), "\n"); first != "# "+release() {
		t.Fatalf("linked.golden is of %s, and this is %s: run it with -update and read what changed", first, release())
	}
	if list.String() != string(want) {
		t.Errorf("the front links\n%s\nand linked.golden says\n%s", list.String(), want)
	}
}

// release is the Go this is built with, without its patch: "go1.26".
func release() string {
	parts := strings.SplitN(runtime.Version(), ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

func internal(pkg string) bool {
	return slices.Contains(strings.Split(pkg, "/"), "internal") || strings.HasPrefix(pkg, "vendor/")
}

// closure is the package and all that it links on a system. It reads the sources
// in this process: the go command's test cache sees them then.
func closure(t *testing.T, system, pkg string) map[string]bool {
	t.Helper()
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = system, "amd64", false
	linked := map[string]bool{}
	queue := []string{pkg}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		if linked[next] || next == "unsafe" {
			continue
		}
		linked[next] = true
		read, err := ctx.ImportDir(folder(next), 0)
		if err != nil {
			t.Fatalf("%s: %v", next, err)
		}
		queue = append(queue, read.Imports...)
	}
	return linked
}

// folder is where the sources of a package lie: ours, or the standard library's.
// Any other path is not there, and fails the test.
func folder(pkg string) string {
	if ours, ok := strings.CutPrefix(pkg, module); ok {
		return filepath.Join("..", "..", filepath.FromSlash(ours))
	}
	source := filepath.Join(build.Default.GOROOT, "src")
	if first, _, _ := strings.Cut(pkg, "/"); strings.Contains(first, ".") {
		source = filepath.Join(source, "vendor")
	}
	return filepath.Join(source, filepath.FromSlash(pkg))
}
