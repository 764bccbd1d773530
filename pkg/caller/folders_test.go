package caller_test

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
)

// TestRemove holds that the originals stay where they shall, wherever the folders
// lie: on macOS that of state lies in that of configuration.
func TestRemove(t *testing.T) {
	for name, state := range map[string]string{"apart": "state", "the same": "config", "in the configuration": "config/kubectl-jit"} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
			t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
			t.Setenv("XDG_STATE_HOME", filepath.Join(home, state))
			f := caller.New(nil, genericiooptions.IOStreams{}, "").Folders(&config.Config{Storage: "file"})
			if err := f.Remove(true); err != nil { // nothing is there
				t.Fatal(err)
			}
			original := filepath.Join(f.Originals, "one.json")
			write(t, original)
			write(t, filepath.Join(filepath.Dir(f.Originals), "signins", "alice"))
			write(t, caller.ConfigPath())
			if err := f.Remove(true); err != nil {
				t.Fatal(err)
			}
			if left := files(t, home); len(left) != 1 || left[0] != original {
				t.Errorf("left are %q", left)
			}
			if err := f.Remove(false); err != nil {
				t.Fatal(err)
			}
			if left := files(t, home); len(left) > 0 {
				t.Errorf("in the end left are %q", left)
			}
		})
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// files are all below a folder.
func files(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
