package caller_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// lists is a broker of which only the listing is asked.
type lists struct {
	jit.Broker
	profiles []jit.Profile
}

func (l lists) Profiles(context.Context) ([]jit.Profile, error) { return l.profiles, nil }

func named(profile string) jit.Profile {
	return jit.Profile{Access: jit.Access{Application: "A", Environment: "E/1", Profile: profile}}
}

func TestListed(t *testing.T) {
	home := t.TempDir()
	for _, variable := range []string{"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"} {
		t.Setenv(variable, home)
	}
	token := "one"
	c := &caller.Caller{Getenv: func(name string) string {
		if name == caller.EnvToken {
			return token
		}
		return ""
	}}
	settings, tenant := &config.Config{Storage: "file"}, config.Tenant{URL: "https://broker.example.com"}
	list := func(profiles ...jit.Profile) {
		t.Helper()
		conn, err := c.ConnectTo(t.Context(), settings, tenant.URL)
		if err != nil {
			t.Fatal(err)
		}
		conn.Broker = lists{profiles: profiles}
		if got, err := conn.Profiles(t.Context()); err != nil || len(got) != len(profiles) {
			t.Fatal(got, err)
		}
	}
	holds := func(why, want string) {
		t.Helper()
		if got := c.Listed(settings, tenant); got != want {
			t.Errorf("%s: %.80q, want %q", why, got, want)
		}
	}
	holds("never listed", "")
	list(named("P"), named("Q\nA/E/Forged"))
	holds("a line end", "A/E\\/1/P\n")
	files, _ := filepath.Glob(filepath.Join(home, "kubectl-jit", "listed", "*"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	token = "another"
	holds("another's token", "")
	token = "one"
	many := make([]jit.Profile, 100)
	for i := range many {
		many[i] = named(strings.Repeat("long", 30_000))
	}
	list(many...)
	holds("more than is kept", "")
	list(named("R"))
	if err := c.Folders(settings).Forget(); err != nil {
		t.Fatal(err)
	}
	holds("signed out", "")
}
