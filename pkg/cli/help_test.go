package cli_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// TestHelpWidth holds that help can be read on 80 columns, under a name that is
// longer than ours too. What is to be copied, usage and examples, is not broken.
func TestHelpWidth(t *testing.T) {
	home(t)
	commands := 0
	cli.Walk(func(path, _, _, _ string) {
		commands++
		words := strings.Fields(path)[2:]
		help, _, status := run(t, append(append([]string{"kubectl-jit_access"}, words...), "--help")...)
		text, usage, found := strings.Cut(help, "\nUsage:\n")
		_, flags, _ := strings.Cut(usage, "\nFlags:\n")
		flags, _, _ = strings.Cut(flags, "\nUse \"")
		if status != 0 || !found || flags == "" {
			t.Fatalf("%s: exit %d\n%s", path, status, help)
		}
		for line := range strings.Lines(text + "\n" + flags) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
				t.Errorf("%s: %s", path, line)
			}
		}
	})
	if commands < 40 {
		t.Errorf("only %d commands were found", commands)
	}
}
