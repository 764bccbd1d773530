package caller_test

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
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

// overtaken is a store of sign-ins that a call of somebody else's overtakes: it holds
// its token at the last moment.
type overtaken struct {
	cache.Store
	t     *testing.T
	token string
}

func (o overtaken) Put(name string, data []byte) error {
	write(o.t, o.token)
	return o.Store.Put(name, data)
}

// TestSignIn holds that whoever signs in finds no token that another person's call
// has held, and that the same person's stay.
func TestSignIn(t *testing.T) {
	home := t.TempDir()
	for _, variable := range []string{"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"} {
		t.Setenv(variable, home)
	}
	const tenant = "https://broker.example.com"
	f := caller.New(nil, genericiooptions.IOStreams{}, "").Folders(&config.Config{Storage: "file"})
	token := held.Path(f.Cache, "one")
	f.SignIns = caller.NewSignIns(overtaken{cache.Memory(), t, token})
	for _, step := range []struct {
		person string
		stays  bool
	}{{"alice", false}, {"alice", true}, {"bob", false}} {
		if err := f.SignIn(tenant, caller.SignIn{Person: jit.Person{ID: step.person}, Token: jit.NewSecret("t1")}); err != nil {
			t.Fatal(err)
		}
		if who, ok := f.SignIns.Get(tenant); !ok || who.Person.ID != step.person {
			t.Errorf("%+v is signed in", who)
		}
		if _, err := os.Stat(token); (err == nil) != step.stays {
			t.Errorf("%s signs in, and of the token: %v", step.person, err)
		}
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
