package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

const checksums = `0000000000000000000000000000000000000000000000000000000000000000  jit-broker_1.2.3_linux_amd64.tar.gz
1111111111111111111111111111111111111111111111111111111111111111  kubectl-jit_1.2.3_linux_amd64.tar.gz
2222222222222222222222222222222222222222222222222222222222222222  kubectl-jit_1.2.3_linux_amd64.deb
3333333333333333333333333333333333333333333333333333333333333333  kubectl-jit_1.2.3_linux_amd64.tar.gz.spdx.json
4444444444444444444444444444444444444444444444444444444444444444  kubectl-jit_1.2.3_windows_arm64.zip
`

func TestRun(t *testing.T) {
	dist := t.TempDir()
	if err := os.WriteFile(filepath.Join(dist, "checksums.txt"), []byte(checksums), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run("jit-access", dist, "", dist); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dist, "jit-access.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Metadata struct{ Name string }
		Spec     struct {
			Version, ShortDescription, Caveats string
			Platforms                          []struct {
				Selector         struct{ MatchLabels map[string]string }
				URI, SHA256, Bin string
			}
		}
	}
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Metadata.Name != "jit-access" || got.Spec.Version != "v1.2.3" || !strings.Contains(got.Spec.Caveats, "kubectl-jit_access") {
		t.Errorf("%+v", got)
	}
	if n := len(got.Spec.ShortDescription); n > 50 {
		t.Errorf("the short description has %d characters: reviewers of the index ask for 50 at most", n)
	}
	if len(got.Spec.Platforms) != 2 {
		t.Fatalf("%d platforms, want 2:\n%s", len(got.Spec.Platforms), text)
	}
	windows := got.Spec.Platforms[1]
	if windows.Selector.MatchLabels["os"] != "windows" || windows.Selector.MatchLabels["arch"] != "arm64" ||
		windows.Bin != "kubectl-jit.exe" || windows.SHA256 != strings.Repeat("4", 64) ||
		windows.URI != releases+"/v1.2.3/kubectl-jit_1.2.3_windows_arm64.zip" {
		t.Errorf("%+v", windows)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing of ours", strings.Split(checksums, "\n")[0], "names no archive"},
		{"two versions", checksums + strings.Repeat("5", 64) + "  kubectl-jit_1.2.4_linux_arm64.tar.gz\n", "two versions"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := read(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
