// Package script_test plays what a person types and holds what they see: one
// *.txtar a subject, and in the folder attacks one a property of security.
//
// The programs run in processes of their own, made from this test binary. A
// script that needs a broker begins with the line "broker", or "tenant" for the
// stand-in of a Britive tenant, one that needs a cluster with "cluster", one that
// needs the front before its partner, or runs them as somebody else, with
// "install". "as USER COMMAND" is a person at their own home folder, "exits STATUS
// COMMAND" holds the exit status.
package script_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) { testscript.Main(m, programs()) }

// TestScripts runs every script below this folder.
func TestScripts(t *testing.T) {
	installed := newInstallation(t.TempDir())
	for _, dir := range folders(t) {
		t.Run(dir, func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:                dir,
				Setup:              setUp,
				Cmds:               commands(installed),
				RequireUniqueNames: true,
			})
		})
	}
}

// folders lists the folders with scripts in them.
func folders(t *testing.T) []string {
	found := map[string]bool{}
	var dirs []string
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		dir := filepath.Dir(path)
		if err == nil && strings.HasSuffix(path, ".txtar") && !found[dir] {
			found[dir] = true
			dirs = append(dirs, dir)
		}
		return err
	})
	if err != nil || len(dirs) < 2 {
		t.Fatalf("scripts found in %v: %v", dirs, err)
	}
	return dirs
}

// setUp gives a script alice's home, and one clock for all.
func setUp(env *testscript.Env) error {
	env.Values[rigKey{}] = &rig{}
	env.Setenv("TZ", "UTC")
	env.Setenv("GORACE", "atexit_sleep_ms=0") // each program would wait a second before it ends
	for name, value := range homeOf(env.WorkDir, "alice") {
		env.Setenv(name, value)
	}
	return nil
}

// homeOf is the environment by which a program finds the home folder of a user.
func homeOf(work, user string) map[string]string {
	home := filepath.Join(work, "home", user)
	return map[string]string{
		"HOME":            home,
		"XDG_CONFIG_HOME": filepath.Join(home, "config"),
		"XDG_CACHE_HOME":  filepath.Join(home, "cache"),
		"XDG_STATE_HOME":  filepath.Join(home, "state"),
		"KUBECONFIG":      filepath.Join(home, "kubeconfig"),
		"AWS_CONFIG_FILE": filepath.Join(home, "aws-config"),
	}
}
