package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// publish makes the users' homes, and last of all the file that says it is ready.
func (s *Sandbox) publish(ctx context.Context) error {
	for _, name := range []string{"kubectl", "aws"} {
		if err := os.Symlink(s.programs[name], filepath.Join(s.dir, "path", name)); err != nil {
			return err
		}
	}
	var people []func() error
	for short := range Users() {
		people = append(people, func() error { return s.AddUser(ctx, s.Home(short), short) })
	}
	if err := together(people...); err != nil {
		return err
	}
	admin, err := os.ReadFile(s.Cluster.Admin)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "admin.kubeconfig"), admin, 0o600); err != nil {
		return err
	}
	if err := WriteAs(filepath.Join(s.dir, "as"), filepath.Join(s.dir, "home")); err != nil {
		return err
	}
	ready := filepath.Join(s.dir, "env")
	if err := os.WriteFile(ready+".new", s.envFile(s.Home("alice")), 0o600); err != nil {
		return err
	}
	return os.Rename(ready+".new", ready)
}

// WriteAs writes the script `as USER COMMAND…` for the homes that AddUser made in
// the folder.
func WriteAs(path, homes string) error {
	return os.WriteFile(path, fmt.Appendf(nil, `#!/bin/sh
# as USER COMMAND…: run a command as alice, bob or mallory.
home=%s/"$1"
if [ $# -lt 2 ] || [ ! -f "$home/env" ]; then
	echo "usage: as alice|bob|mallory COMMAND…" >&2
	exit 2
fi
shift
. "$home/env"
exec "$@"
`, quote(homes)), 0o700)
}
