package term

import (
	"os"
	"os/exec"
	"slices"
	"strings"
)

// local is how the addresses begin of pages that this process serves itself.
const local = "http://127.0.0.1:"

// Browse starts a program that opens an https:// address, or a local one, in the
// person's browser, and waits for nothing. It reports whether there was one to start. No shell sees
// the address. The program gets neither our streams, which a client may read to
// their end, nor the variables that hold secrets, and outlives us.
func Browse(address string) bool {
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, local) {
		return false // it could be an option, or a file
	}
	words := opener(address)
	if words == nil {
		return false
	}
	cmd := exec.Command(words[0], words[1:]...) //nolint:noctx // it outlives this process
	cmd.Env = withoutSecrets(os.Environ())
	cmd.SysProcAttr = apart()
	if cmd.Start() != nil {
		return false
	}
	go func() { _ = cmd.Wait() }()
	return true
}

// withoutSecrets is an environment for a program that outlives this one: without the
// variables whose names say that they hold secrets.
func withoutSecrets(environ []string) []string {
	return slices.DeleteFunc(environ, func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.ContainsFunc([]string{"TOKEN", "SECRET", "PASSW", "PASSPHRASE", "CREDENTIAL", "API_KEY", "PRIVATE_KEY"}, func(part string) bool {
			return strings.Contains(strings.ToUpper(name), part)
		})
	})
}

// firstOf is the first of these programs that is there, with the address behind its
// own arguments; nil where none is.
func firstOf(address string, programs ...[]string) []string {
	for _, words := range programs {
		if path, err := exec.LookPath(words[0]); err == nil {
			return append(append([]string{path}, words[1:]...), address)
		}
	}
	return nil
}
