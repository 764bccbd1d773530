package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder returns a module with these files, as the module cache has one.
func folder(t *testing.T, path string, files map[string]string) source {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return source{Path: path, Version: "v1.0.0", Dir: dir}
}

func TestWrite(t *testing.T) {
	standard := folder(t, "Go", map[string]string{"LICENSE": "BSD", "src/fmt/print.go": "package fmt"})
	one := folder(t, "example.com/one", map[string]string{
		"LICENSE.txt": "MIT  \r\nof one\r\n", "NOTICE": "thanks",
		"pkg/third_party/COPYING": "taken over", "pkg/third_party/license.go": "package third_party",
		"not-linked/LICENSE": "of something else",
	})
	two := folder(t, "example.com/two", map[string]string{"LICENSE": "\nMIT\nof one"})
	ours := source{Path: "ours", Main: true}
	linked := modules{}
	linked.add("b", standard, []pkg{{Dir: two.Dir, Module: two}, {Dir: filepath.Join(standard.Dir, "src", "fmt"), Standard: true}, {Module: ours}})
	linked.add("a", standard, []pkg{{Dir: filepath.Join(one.Dir, "pkg", "third_party"), Module: one}, {Dir: two.Dir, Module: two}})
	got, err := linked.write()
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("=", 80) + "\n"
	want := head + `  Go v1.0.0: b
  example.com/one v1.0.0: a
  example.com/two v1.0.0: a, b

` + line + `Go v1.0.0: LICENSE

BSD

` + line + `example.com/one v1.0.0: LICENSE.txt
example.com/two v1.0.0: LICENSE

MIT
of one

` + line + `example.com/one v1.0.0: NOTICE

thanks

` + line + `example.com/one v1.0.0: pkg/third_party/COPYING

taken over
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestWriteRefusesNoLicence(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"nothing":      {"README.md": "free"},
		"notice alone": {"NOTICE": "thanks"},
		"a package":    {"license.go": "package license"},
		"elsewhere":    {"not-linked/LICENSE": "MIT"},
	} {
		t.Run(name, func(t *testing.T) {
			module := folder(t, "example.com/one", files)
			linked := modules{}
			linked.add("a", source{}, []pkg{{Dir: module.Dir, Module: module}})
			if _, err := linked.write(); err == nil || !strings.Contains(err.Error(), "example.com/one v1.0.0, linked by a, has no licence") {
				t.Errorf("got %v", err)
			}
		})
	}
}
