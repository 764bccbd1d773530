package held_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

func TestNameTellsApart(t *testing.T) {
	entry := []string{"--tenant", "https://a", "--profile", "A/E/P", "--cluster", "c", "--region", "r"}
	name := held.Name(entry, "/home/a/.config/kubectl-jit", "")
	if again := held.Name(slices.Clone(entry), "/home/a/.config/kubectl-jit", ""); again != name {
		t.Errorf("one entry has two names: %s and %s", name, again)
	}
	seen := map[string]string{name: "the entry"}
	tell := func(what string, args []string, configDir, apiToken string) {
		t.Helper()
		name := held.Name(args, configDir, apiToken)
		if other, taken := seen[name]; taken {
			t.Errorf("%s has the name of %s", what, other)
		}
		seen[name] = what
	}
	for i := range entry {
		other := slices.Clone(entry)
		other[i] += "x"
		tell("another "+entry[i], other, "/home/a/.config/kubectl-jit", "")
	}
	tell("another configuration", entry, "/home/b/.config/kubectl-jit", "")
	tell("an API token", entry, "/home/a/.config/kubectl-jit", "jit_1")
	tell("another API token", entry, "/home/a/.config/kubectl-jit", "jit_2")
	tell("one argument more", append(slices.Clone(entry), ""), "/home/a/.config/kubectl-jit", "")
	tell("two arguments in one", []string{strings.Join(entry, " ")}, "/home/a/.config/kubectl-jit", "")
	tell("the API token as an argument", append([]string{"jit_1"}, entry...), "/home/a/.config/kubectl-jit", "")
	tell("no arguments", nil, "/home/a/.config/kubectl-jit", "")
	for name := range seen {
		if strings.Contains(name, "jit") || len(name) != 64 {
			t.Errorf("%q is no digest", name)
		}
	}
}

func TestFolders(t *testing.T) {
	folders := map[string]func() string{
		"XDG_CACHE_HOME": held.CacheDir, "XDG_CONFIG_HOME": held.ConfigDir, "XDG_STATE_HOME": held.StateDir,
	}
	absolute := t.TempDir()
	home := t.TempDir()
	for variable, folder := range folders {
		for _, name := range []string{"HOME", "AppData", "LocalAppData"} {
			t.Setenv(name, home)
		}
		t.Setenv(variable, absolute)
		if got, want := folder(), filepath.Join(absolute, "kubectl-jit"); got != want {
			t.Errorf("%s set: %q, want %q", variable, got, want)
		}
		t.Setenv(variable, "relative")
		if got := folder(); !strings.HasPrefix(got, home) {
			t.Errorf("%s relative: %q is not below the home folder", variable, got)
		}
		t.Setenv(variable, "")
		if got := folder(); !strings.HasPrefix(got, home) || !strings.Contains(got, "kubectl-jit") {
			t.Errorf("%s unset: %q", variable, got)
		}
		for _, name := range []string{"HOME", "AppData", "LocalAppData"} {
			t.Setenv(name, "")
		}
		if got := folder(); got != "" {
			t.Errorf("%s unset, no home: %q", variable, got)
		}
	}
	if got := held.Path("", "name"); got != "" {
		t.Errorf("without a folder a token has the path %q", got)
	}
}
