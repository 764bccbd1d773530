// Command licenses writes the licences of all that a release's programs link into
// one file, which every archive and package holds:
//
//	.goreleaser.yaml ──▶ programs × targets ──▶ go list -deps ──▶ the folders of the linked packages ──▶ FILE
//
// It reads them where the modules lie, in Go's module cache. The same commit and the
// same Go release give the same file. A module that has no licence is an error.
//
//	go run ./test/licenses FILE
package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./test/licenses FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

// run is called in the root of the repository.
func run(file string) error {
	builds, err := released(".goreleaser.yaml")
	if err != nil {
		return err
	}
	standard, err := library()
	if err != nil {
		return err
	}
	linked := modules{}
	for _, build := range builds {
		for _, target := range build.Targets {
			packages, err := list(build.Main, target)
			if err != nil {
				return err
			}
			linked.add(path.Base(build.Main), standard, packages)
		}
	}
	text, err := linked.write()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o644)
}

// build is one program of a release: its package as ./cmd/NAME, and what it is
// built for as OS_ARCH.
type build struct {
	Main    string
	Targets []string
}

// released reads them in goreleaser's configuration.
func released(file string) ([]build, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var config struct{ Builds []build }
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	without := func(b build) bool { return b.Main == "" || len(b.Targets) == 0 }
	if len(config.Builds) == 0 || slices.ContainsFunc(config.Builds, without) {
		return nil, fmt.Errorf("%s: wants builds, each with main and targets", file)
	}
	return config.Builds, nil
}

const head = `What the programs of kubectl-jit link, and its licences

The programs themselves are under the Apache License 2.0: LICENSE. They link these
modules, on one system or another, each under the licence that follows the list:

`

// write returns the file: which modules there are, then each text once, below
// those it belongs to.
func (m modules) write() (string, error) {
	var text strings.Builder
	text.WriteString(head)
	var bodies []string
	owners := map[string][]string{}
	for _, module := range m.sorted() {
		fmt.Fprintf(&text, "  %s: %s\n", module.name, strings.Join(module.programs, ", "))
		licences, err := module.licences()
		if err != nil {
			return "", err
		}
		for _, l := range licences {
			if owners[l.body] == nil {
				bodies = append(bodies, l.body)
			}
			owners[l.body] = append(owners[l.body], module.name+": "+l.file)
		}
	}
	for _, body := range bodies {
		fmt.Fprintf(&text, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(owners[body], "\n"), body)
	}
	return text.String(), nil
}
