package held

import (
	"os"
	"path/filepath"
)

// CacheDir is where what is held lies: $XDG_CACHE_HOME/kubectl-jit where that is
// set to an absolute path, else the system's own place (~/.cache/kubectl-jit on
// Linux). Deleting it costs time, never access. "" when there is no home folder.
func CacheDir() string { return ours("XDG_CACHE_HOME", systemCache) }

// ConfigDir is where our configuration lies: $XDG_CONFIG_HOME/kubectl-jit or the
// system's own place (~/.config/kubectl-jit on Linux). "" when there is no home
// folder.
func ConfigDir() string { return ours("XDG_CONFIG_HOME", systemConfig) }

// StateDir is where sign-ins, rest marks and the originals of rewritten entries
// lie: $XDG_STATE_HOME/kubectl-jit or the system's own place
// (~/.local/state/kubectl-jit on Linux). "" when there is no home folder.
func StateDir() string { return ours("XDG_STATE_HOME", systemState) }

func ours(variable string, system func() string) string {
	if base := os.Getenv(variable); filepath.IsAbs(base) {
		return filepath.Join(base, "kubectl-jit")
	}
	return system()
}

// below joins a folder that an environment variable names and a path in it; ""
// when the variable names none.
func below(variable, path string) string {
	base := os.Getenv(variable)
	if !filepath.IsAbs(base) {
		return ""
	}
	return filepath.Join(base, path)
}
