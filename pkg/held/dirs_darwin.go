package held

// The places that os.UserCacheDir and os.UserConfigDir name. macOS has no folder
// for state; ours lies beside the configuration.

func systemCache() string  { return below("HOME", "Library/Caches/kubectl-jit") }
func systemConfig() string { return below("HOME", "Library/Application Support/kubectl-jit") }
func systemState() string {
	return below("HOME", "Library/Application Support/kubectl-jit/state")
}
