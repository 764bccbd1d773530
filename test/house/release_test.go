package house_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// TestRelease holds .goreleaser.yaml to the tree: every program of cmd is built,
// for every system, in a way that gives the same bytes again.
func TestRelease(t *testing.T) {
	targets := []string{"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64", "windows_arm64"}
	config := goreleaser(t)
	built := map[string]bool{}
	for _, build := range config.Builds {
		built[build.Main] = true
		slices.Sort(build.Targets)
		if !slices.Equal(build.Targets, targets) {
			t.Errorf("%s is built for %v, want %v", build.ID, build.Targets, targets)
		}
		for _, want := range []string{"CGO_ENABLED=0", "-trimpath", "-buildvcs=false", "{{ .CommitTimestamp }}"} {
			if !slices.Contains(slices.Concat(build.Env, build.Flags, []string{build.ModTimestamp}), want) {
				t.Errorf("%s is built without %s", build.ID, want)
			}
		}
		if flags := strings.Join(build.Ldflags, " "); !strings.Contains(flags, "-X main.version=") || strings.Contains(flags, "Date") {
			t.Errorf("%s is linked with %q: the version, and no date", build.ID, flags)
		}
	}
	programs, err := filepath.Glob("../../cmd/*")
	if err != nil || len(programs) == 0 {
		t.Fatal("no programs", err)
	}
	for _, program := range programs {
		if main := "./cmd/" + filepath.Base(program); !built[main] {
			t.Errorf("%s is in no release", main)
		}
	}
}

// TestInstallPage holds docs/install.md to the names that .goreleaser.yaml alone
// decides.
func TestInstallPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for _, pair := range goreleaser(t).Env {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	for _, want := range []string{
		"kubectl krew index add jit https://github.com/" + env["OWNER"] + "/" + env["INDEX"] + "\n",
		"brew install --cask " + env["OWNER"] + "/" + strings.TrimPrefix(env["TAP"], "homebrew-") + "/kubectl-jit\n",
		"scoop bucket add kubectl-jit https://github.com/" + env["OWNER"] + "/" + env["BUCKET"] + "\n",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("docs/install.md does not say %q", want)
		}
	}
}

// release is what the tests here read of .goreleaser.yaml.
type release struct {
	Env    []string
	Builds []struct {
		ID, Main                     string
		ModTimestamp                 string `json:"mod_timestamp"`
		Env, Flags, Ldflags, Targets []string
	}
}

func goreleaser(t *testing.T) release {
	t.Helper()
	text, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config release
	if err := yaml.Unmarshal(text, &config); err != nil || len(config.Builds) == 0 {
		t.Fatalf("%d builds, %v", len(config.Builds), err)
	}
	return config
}
