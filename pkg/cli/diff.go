package cli

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// secretLine is a line of a kubeconfig that holds a secret: a user's, or a
// variable's that is handed to an exec provider.
var secretLine = regexp.MustCompile(`^([-+ ]?[ -]*"?(?:token|password|client-key-data|id-token|refresh-token|access-token|client-secret|apitoken|value)"?:\s*)\S.*$`)

// showDiff prints what a file would become.
func (e *env) showDiff(name string, before, after []byte) error {
	return writeDiff(e.Streams.Out, name, before, name, after)
}

// writeDiff writes two texts as diff -u does. It is made for a terminal and for
// tickets: what others wrote is made harmless, and secrets are left out.
func writeDiff(w io.Writer, oldName string, before []byte, newName string, after []byte) error {
	for line := range strings.Lines(string(diff.Diff(oldName, before, newName, after))) {
		if strings.HasPrefix(line, "diff ") {
			continue // the two lines after it say the same
		}
		line = secretLine.ReplaceAllString(strings.TrimRight(line, "\r\n"), "${1}[secret]")
		if _, err := fmt.Fprintln(w, term.Safe(line)); err != nil {
			return err
		}
	}
	return nil
}
