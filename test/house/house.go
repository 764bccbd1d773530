// Package house reads the source tree and holds it to the rules of the house:
// who may import whom, through which door a dependency comes in, what each
// program links, how long a function may be, which names are not used.
//
// The tests read the sources in this process and never start the go command:
// its test cache does not see what a subprocess reads.
package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Module is the path of this module.
const Module = "github.com/kubectl-jit/kubectl-jit"

// File is one parsed Go file.
type File struct {
	Path    string // relative to the root, with slashes
	Package string // the folder, relative to the root
	Test    bool
	AST     *ast.File
	Lines   int
}

// Imports returns the import paths of the file. Those of this module are
// relative to its root.
func (f File) Imports() []string {
	var paths []string
	for _, spec := range f.AST.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, strings.TrimPrefix(p, Module+"/"))
		}
	}
	return paths
}

// Tree is every Go file of the main module.
type Tree struct {
	Fset  *token.FileSet
	Files []File
}

// Read parses every Go file below root, whatever system it is for. Nested
// modules, testdata and hidden folders are left out.
func Read(root string) (*Tree, error) {
	tree := &Tree{Fset: token.NewFileSet()}
	err := filepath.WalkDir(root, func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skip(root, p, entry)
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		return tree.add(root, p)
	})
	return tree, err
}

func skip(root, p string, entry fs.DirEntry) error {
	name := entry.Name()
	if p == root {
		return nil
	}
	if name == "testdata" || name == "bin" || strings.HasPrefix(name, ".") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(p, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func (t *Tree) add(root, p string) error {
	source, err := os.ReadFile(p)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(root, p)
	if err != nil {
		return err
	}
	rel = filepath.ToSlash(rel)
	parsed, err := parser.ParseFile(t.Fset, rel, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("parse %s: %w", rel, err)
	}
	t.Files = append(t.Files, File{
		Path: rel, Package: path.Dir(rel), Test: strings.HasSuffix(rel, "_test.go"),
		AST: parsed, Lines: t.Fset.Position(parsed.FileEnd).Line,
	})
	return nil
}

// Product returns the files that are linked into a program: those of cmd, pkg
// and plugins, without tests.
func (t *Tree) Product() []File {
	var files []File
	for _, f := range t.Files {
		top, _, _ := strings.Cut(f.Path, "/")
		if !f.Test && slices.Contains([]string{"cmd", "pkg", "plugins"}, top) {
			files = append(files, f)
		}
	}
	return files
}

// Packages maps each package of the product to what its files import.
func (t *Tree) Packages() map[string][]string {
	packages := map[string][]string{}
	for _, f := range t.Product() {
		packages[f.Package] = append(packages[f.Package], f.Imports()...)
	}
	for name := range packages {
		slices.Sort(packages[name])
		packages[name] = slices.Compact(packages[name])
	}
	return packages
}

// Links returns all that a package imports, directly or through packages of this
// module.
func (t *Tree) Links(pkg string) []string {
	packages := t.Packages()
	seen := map[string]bool{}
	queue := []string{pkg}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, imported := range packages[next] {
			if !seen[imported] {
				seen[imported] = true
				queue = append(queue, imported)
			}
		}
	}
	links := make([]string, 0, len(seen))
	for name := range seen {
		links = append(links, name)
	}
	slices.Sort(links)
	return links
}
