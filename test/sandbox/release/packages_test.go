package release_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestPackages looks at what deb, rpm and apk would install: the plugin on PATH,
// its partners where nobody types.
func TestPackages(t *testing.T) {
	m := metadata(t, dist)
	files := map[string]map[string]fs.FileMode{
		"kubectl-jit": {
			"usr/bin/kubectl-jit":                   0o755,
			"usr/libexec/kubectl-jit/jit-token":     0o755,
			"usr/libexec/kubectl-jit/jit-core":      0o755,
			"usr/share/doc/kubectl-jit/copyright":   0o644,
			"usr/share/doc/kubectl-jit/" + licenses: 0o644,
		},
		"jit-broker": {
			"usr/bin/jit-broker":                   0o755,
			"usr/share/doc/jit-broker/copyright":   0o644,
			"usr/share/doc/jit-broker/" + licenses: 0o644,
		},
	}
	for name, want := range files {
		for _, arch := range []string{"amd64", "arm64"} {
			for _, kind := range []string{"deb", "rpm", "apk"} {
				t.Run(name+"_"+arch+"."+kind, func(t *testing.T) {
					members := unpack(t, filepath.Join(dist, name+"_"+m.Version+"_linux_"+arch+"."+kind))
					same(t, members, want, committed(t, m))
				})
			}
		}
	}
}

// TestInstalled runs the plugin as a deb and an apk install it: the front finds
// its partners under libexec.
func TestInstalled(t *testing.T) {
	m := metadata(t, dist)
	for _, kind := range []string{"deb", "apk"} {
		t.Run(kind, func(t *testing.T) {
			folder := install(t, unpack(t, filepath.Join(dist, "kubectl-jit_"+m.Version+"_linux_"+runtime.GOARCH+"."+kind)))
			if got := version(t, filepath.Join(folder, "usr", "bin", "kubectl-jit")); !strings.Contains(got, "kubectl-jit v"+m.Version+" ") {
				t.Errorf("says %q, want version v%s", got, m.Version)
			}
		})
	}
}

// TestHomebrew holds the cask to the archives: their checksums, and one program
// linked.
func TestHomebrew(t *testing.T) {
	m := metadata(t, dist)
	text, err := os.ReadFile(filepath.Join(dist, "homebrew", "Casks", "kubectl-jit.rb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range targets()[:4] {
		if !strings.Contains(string(text), checksum(t, filepath.Join(dist, archive(products()[0], m, target)))) {
			t.Errorf("the cask has no checksum of %s", target)
		}
	}
	if n := strings.Count(string(text), "  binary "); n != 1 || !strings.Contains(string(text), `binary "kubectl-jit"`) {
		t.Errorf("the cask links %d programs", n)
	}
}

func TestScoop(t *testing.T) {
	m := metadata(t, dist)
	text, err := os.ReadFile(filepath.Join(dist, "scoop", "kubectl-jit.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Version      string
		Architecture map[string]struct{ URL, Hash string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"64bit": "windows_amd64", "arm64": "windows_arm64"} {
		file := archive(products()[0], m, target)
		got := manifest.Architecture[name]
		if got.Hash != checksum(t, filepath.Join(dist, file)) || !strings.HasSuffix(got.URL, "/v"+m.Version+"/"+file) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
