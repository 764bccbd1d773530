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
		_, examples, _ := strings.Cut(usage, "\nExamples:\n")
		if !strings.Contains(usage, "\nExamples:\n") {
			examples = usage
		}
		_, lists, _ := strings.Cut(examples, "\n\n") // of commands and flags, and where to read on
		if status != 0 || !found || !strings.Contains(lists, "Flags:\n") {
			t.Fatalf("%s: exit %d\n%s", path, status, help)
		}
		for line := range strings.Lines(text + "\n" + lists) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
				t.Errorf("%s: %s", path, line)
			}
		}
	})
	if commands < 40 {
		t.Errorf("only %d commands were found", commands)
	}
}
