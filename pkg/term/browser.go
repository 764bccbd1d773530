package term

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// Browse starts a program that opens an https:// address in the person's browser,
// and waits for nothing. It reports whether there was one to start. No shell sees
// the address. The program gets neither our streams, which a client may read to
// their end, nor the variables that hold secrets, and outlives us.
func Browse(address string) bool {
	if !strings.HasPrefix(address, "https://") {
		return false // it could be an option, or a file
	}
	words := opener(address)
	if words == nil {
		return false
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = withoutSecrets(os.Environ())
	cmd.SysProcAttr = apart()
	if cmd.Start() != nil {
		return false
	}
	go func() { _ = cmd.Wait() }()
	return true
}

// secretName is the name of a variable that may hold a secret.
var secretName = regexp.MustCompile(`(?i)TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL`)

func withoutSecrets(environ []string) []string {
	var harmless []string
	for _, variable := range environ {
		if name, _, _ := strings.Cut(variable, "="); !secretName.MatchString(name) {
			harmless = append(harmless, variable)
		}
	}
	return harmless
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
