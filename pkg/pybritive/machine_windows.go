package pybritive

// machinePassphrase is not known here: it hangs on how the Python that pybritive
// runs under names this Windows.
func machinePassphrase(func(string) string) string { return "" }
