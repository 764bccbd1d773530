//go:build unix && !darwin

package held

// The places of the XDG base directory specification.

func systemCache() string  { return below("HOME", ".cache/kubectl-jit") }
func systemConfig() string { return below("HOME", ".config/kubectl-jit") }
func systemState() string  { return below("HOME", ".local/state/kubectl-jit") }
