package held

// The places that os.UserCacheDir and os.UserConfigDir name. State is of this
// machine and must not roam, so it lies in the local folder too, and the cache
// has a folder of its own there that can be deleted alone.

func systemCache() string  { return below("LocalAppData", `kubectl-jit\cache`) }
func systemConfig() string { return below("AppData", "kubectl-jit") }
func systemState() string  { return below("LocalAppData", `kubectl-jit\state`) }
