package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// pkg is what `go list -json` says of a package.
type pkg struct {
	Dir      string
	Standard bool
	Module   source
}

// source is a module as the go command names it.
type source struct {
	Path, Version, Dir string
	Main               bool
}

// library returns the standard library, which all programs link and which is no module.
func library() (source, error) {
	output, err := exec.Command("go", "env", "GOVERSION", "GOROOT").Output()
	if err != nil {
		return source{}, fmt.Errorf("go env: %w", err)
	}
	version, root, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	return source{Path: "Go", Version: strings.TrimPrefix(version, "go"), Dir: root}, nil
}

// list returns all that a program links on a target, which is OS_ARCH. It is
// linked without cgo, as a release is.
func list(program, target string) ([]pkg, error) {
	system, arch, _ := strings.Cut(target, "_")
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Module", program)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+system, "GOARCH="+arch)
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -deps %s for %s: %w", program, target, err)
	}
	var packages []pkg
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p pkg
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, fmt.Errorf("what go list -deps %s says: %w", program, err)
		}
		packages = append(packages, p)
	}
}

// modules are all that is linked, by name.
type modules map[string]*module

type module struct {
	name     string // path and version
	root     string
	programs []string        // that link it, sorted
	folders  map[string]bool // of the linked packages, and those above them up to root
}

// add notes what a program links, of others.
func (m modules) add(program string, standard source, packages []pkg) {
	for _, p := range packages {
		of := p.Module
		if p.Standard {
			of = standard
		}
		if of.Main {
			continue
		}
		name := of.Path + " " + of.Version
		linked := m[name]
		if linked == nil {
			linked = &module{name: name, root: of.Dir, folders: map[string]bool{}}
			m[name] = linked
		}
		if i, there := slices.BinarySearch(linked.programs, program); !there {
			linked.programs = slices.Insert(linked.programs, i, program)
		}
		for folder := p.Dir; len(folder) >= len(of.Dir) && !linked.folders[folder]; folder = filepath.Dir(folder) {
			linked.folders[folder] = true
		}
	}
}

// sorted returns the modules by name.
func (m modules) sorted() []*module {
	return slices.SortedFunc(maps.Values(m), func(a, b *module) int { return strings.Compare(a.name, b.name) })
}

// licence is a text that goes along with a module: its file relative to the
// module's root, with slashes.
type licence struct{ file, body string }

var (
	grants  = regexp.MustCompile(`(?i)^(un)?licen[cs]e|^copying`)
	notices = regexp.MustCompile(`(?i)^notice|^copyright`)
)

// licences reads the licences and notices of what is linked of the module: those
// at its root, and those of code it took over from others, which lie deeper.
func (m *module) licences() ([]licence, error) {
	var found []licence
	granted := false
	for _, folder := range slices.Sorted(maps.Keys(m.folders)) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			grant := grants.MatchString(entry.Name())
			if !entry.Type().IsRegular() || filepath.Ext(entry.Name()) == ".go" || !(grant || notices.MatchString(entry.Name())) {
				continue
			}
			l, err := m.read(filepath.Join(folder, entry.Name()))
			if err != nil {
				return nil, err
			}
			granted = granted || grant
			found = append(found, l)
		}
	}
	if !granted {
		return nil, fmt.Errorf("%s, linked by %s, has no licence in %s: without one it may not be released", m.name, strings.Join(m.programs, ", "), m.root)
	}
	return found, nil
}

// read reads one, without spaces at the ends of its lines, so that equal texts are
// found equal.
func (m *module) read(file string) (licence, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return licence{}, err
	}
	relative, err := filepath.Rel(m.root, file)
	if err != nil {
		return licence{}, err
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		lines = append(lines, strings.TrimRight(line, " \t\r\n"))
	}
	return licence{filepath.ToSlash(relative), strings.Trim(strings.Join(lines, "\n"), "\n")}, nil
}
