package house_test

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/house"
)

// floors is the rule of who may import whom: a package imports lower floors
// only. A package that is missing here fails the test, so that adding one is a
// decision somebody sees.
var floors = map[string]int{
	"pkg/jit":     0,
	"pkg/held":    0,
	"pkg/jwt":     0,
	"pkg/nearest": 0,

	"pkg/awsconfig":  1,
	"pkg/cache":      1,
	"pkg/cani":       1,
	"pkg/config":     1,
	"pkg/execcred":   1,
	"pkg/kubeconfig": 1,
	"pkg/pybritive":  1,
	"pkg/rewrite":    1,
	"pkg/term":       1,
	"pkg/usage":      1,

	"pkg/britiveapi":     2,
	"pkg/broker":         2,
	"pkg/broker/aws":     2,
	"pkg/broker/catalog": 2,
	"pkg/broker/saml":    2,
	"pkg/broker/store":   2,
	"pkg/mint":           2,

	"plugins/britive":          3,
	"plugins/britive/workload": 3,
	"plugins/eks":              3,
	"plugins/eks/account":      3,
	"plugins/eks/mapping":      3,

	"pkg/brokerd": 4,
	"pkg/caller":  4,
	"pkg/cli":     4,
	"plugins":     4,

	"cmd/jit-broker":  5,
	"cmd/jit-core":    5,
	"cmd/jit-token":   5,
	"cmd/kubectl-jit": 5,
}

// sameFloor names the imports within a floor that are meant: the editors over
// their one way to write a file, the engine over its own parts, and the command
// line over the list of plugins.
var sameFloor = map[string][]string{
	"pkg/awsconfig":       {"pkg/rewrite"},
	"pkg/config":          {"pkg/rewrite"},
	"pkg/kubeconfig":      {"pkg/rewrite"},
	"pkg/broker":          {"pkg/broker/catalog"},
	"pkg/broker/aws":      {"pkg/broker", "pkg/broker/saml"},
	"pkg/broker/saml":     {"pkg/broker"},
	"pkg/broker/store":    {"pkg/broker"},
	"pkg/caller":          {"plugins"},
	"pkg/cli":             {"pkg/caller", "plugins"},
	"plugins/eks/account": {"plugins/eks"},
}

func TestFloors(t *testing.T) {
	packages := read(t).Packages()
	for name, imports := range packages {
		floor, known := floors[name]
		if !known {
			t.Errorf("%s stands on no floor: add it to the table", name)
			continue
		}
		for _, imported := range imports {
			below, ours := floors[imported]
			if ours && below >= floor && !slices.Contains(sameFloor[name], imported) {
				t.Errorf("%s (floor %d) imports %s (floor %d)", name, floor, imported, below)
			}
		}
	}
	for name := range floors {
		if packages[name] == nil {
			t.Errorf("%s is in the table and not in the tree", name)
		}
	}
}

// doors names, for each dependency, the packages through which it comes in.
var doors = map[string][]string{
	"github.com/aws/":                      {"plugins/eks", "plugins/eks/account", "plugins/britive/workload"},
	"github.com/beevik/etree":              {"pkg/broker/saml"},
	"github.com/gofrs/flock":               {"pkg/cache", "pkg/broker/store"},
	"github.com/pressly/goose":             {"pkg/broker/store"},
	"github.com/rogpeppe/go-internal/diff": {"pkg/cli"},
	"github.com/russellhaering/":           {"pkg/broker/saml"},
	"github.com/spf13/cobra":               {"pkg/cli", "pkg/brokerd", "pkg/usage"},
	"github.com/zalando/go-keyring":        {"pkg/cache"},
	"k8s.io/client-go/tools/clientcmd":     {"pkg/kubeconfig"},
	"modernc.org/":                         {"pkg/broker/store"},
}

func TestDoors(t *testing.T) {
	for name, imports := range read(t).Packages() {
		for _, imported := range imports {
			for prefix, allowed := range doors {
				if strings.HasPrefix(imported, prefix) && !slices.Contains(allowed, name) {
					t.Errorf("%s imports %s: its door is %v", name, imported, allowed)
				}
			}
		}
	}
}

// TestLinks holds what each program must never carry.
func TestLinks(t *testing.T) {
	tests := []struct{ program, never, why string }{
		{"cmd/jit-broker", "plugins", "the broker is nobody's client"},
		{"cmd/jit-broker", "k8s.io/", "the broker knows no cluster"},
		{"cmd/jit-broker", "github.com/aws/", "one form post needs no SDK"},
		{"cmd/jit-token", "github.com/spf13/cobra", "a client pays for it at each start"},
		{"cmd/jit-token", "k8s.io/client-go", "a client pays for it at each start"},
		{"cmd/jit-token", "github.com/aws/aws-sdk-go-v2/service", "a client pays for it at each start"},
		{"cmd/jit-token", "pkg/cli", "a client pays for it at each start"},
		{"cmd/jit-core", "modernc.org/", "the ledger is the broker's"},
		{"cmd/jit-core", "pkg/broker", "the engine is the broker's"},
		{"cmd/kubectl-jit", "pkg/cli", "the front hands over, it does not contain"},
		{"pkg/mint", "pkg/broker", "the pipeline knows a contract, not an engine"},
		{"pkg/broker", "net/http/", "the engine knows no HTTP"},
	}
	tree := read(t)
	for _, tt := range tests {
		for _, linked := range tree.Links(tt.program) {
			if linked == strings.TrimSuffix(tt.never, "/") || strings.HasPrefix(linked, strings.TrimSuffix(tt.never, "/")+"/") {
				t.Errorf("%s links %s: %s", tt.program, linked, tt.why)
			}
		}
	}
}

// TestFront holds the front program to the standard library, in every file for
// every system.
func TestFront(t *testing.T) {
	tree := read(t)
	for _, linked := range tree.Links("cmd/kubectl-jit") {
		first, _, _ := strings.Cut(linked, "/")
		if strings.Contains(first, ".") {
			t.Errorf("the front links %s", linked)
		}
	}
}

// standIns are the packages that stand in for services of others. They share no
// code with the product: what both got wrong alike, no test would see.
var standIns = []string{"test/fake/aws", "test/fake/pybritive", "test/fake/tenant"}

func TestStandIns(t *testing.T) {
	found := map[string]bool{}
	for _, f := range read(t).Files {
		if f.Test || !strings.HasPrefix(f.Package, "test/fake/") {
			continue
		}
		found[f.Package] = true
		if !slices.Contains(standIns, f.Package) {
			t.Errorf("%s is in no table: add it", f.Package)
		}
		for _, imported := range f.Imports() {
			top, _, _ := strings.Cut(imported, "/")
			if slices.Contains([]string{"cmd", "pkg", "plugins"}, top) {
				t.Errorf("%s imports %s: a stand-in is written from the outside", f.Path, imported)
			}
		}
	}
	for _, name := range standIns {
		if !found[name] {
			t.Errorf("%s is in the table and not in the tree", name)
		}
	}
}

const (
	maxFunction = 70
	maxFile     = 400
)

func TestSizes(t *testing.T) {
	tree := read(t)
	for _, f := range tree.Files {
		if f.Lines > maxFile {
			t.Errorf("%s has %d lines, more than %d", f.Path, f.Lines, maxFile)
		}
		if f.Test {
			continue
		}
		for _, decl := range f.AST.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := tree.Fset.Position(fn.End()).Line - tree.Fset.Position(fn.Pos()).Line + 1
			if lines > maxFunction {
				t.Errorf("%s: %s has %d lines, more than %d", f.Path, fn.Name.Name, lines, maxFunction)
			}
		}
	}
}

func TestDocs(t *testing.T) {
	documented := map[string]bool{}
	tree := read(t)
	for _, f := range tree.Files {
		if !f.Test && f.AST.Doc != nil {
			documented[f.Package] = true
		}
	}
	for _, f := range tree.Files {
		if !f.Test && !documented[f.Package] {
			t.Errorf("package %s has no doc comment", f.Package)
			documented[f.Package] = true // said once
		}
	}
	for _, f := range tree.Product() {
		for _, decl := range f.AST.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() && fn.Doc == nil {
				t.Errorf("%s: %s has no doc comment", f.Path, fn.Name.Name)
			}
		}
	}
}

// emptyWords are package and type names that say nothing.
var emptyWords = []string{"util", "utils", "common", "helper", "helpers", "base", "manager", "types", "misc", "impl"}

func TestNames(t *testing.T) {
	for _, f := range read(t).Files {
		if slices.Contains(emptyWords, f.AST.Name.Name) {
			t.Errorf("%s: package name %q says nothing", f.Path, f.AST.Name.Name)
		}
		for _, decl := range f.AST.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init() runs at every start", f.Path)
			}
		}
		for _, group := range f.AST.Comments {
			for _, mark := range []string{"TODO", "FIXME", "XXX"} {
				if strings.Contains(group.Text(), mark) && f.Package != "test/house" {
					t.Errorf("%s: %s in a comment", f.Path, mark)
				}
			}
		}
	}
}

// TestExit holds os.Exit to the programs: everything below returns.
func TestExit(t *testing.T) {
	for _, f := range read(t).Product() {
		if strings.HasPrefix(f.Package, "cmd/") {
			continue
		}
		ast.Inspect(f.AST, func(node ast.Node) bool {
			if sel, ok := node.(*ast.SelectorExpr); ok && sel.Sel.Name == "Exit" {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "os" {
					t.Errorf("%s calls os.Exit", f.Path)
				}
			}
			return true
		})
	}
}

func read(t *testing.T) *house.Tree {
	t.Helper()
	tree, err := house.Read("../..")
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
