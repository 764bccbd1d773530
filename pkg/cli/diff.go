package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// secretLine is a line of a kubeconfig that holds a secret: a user's, or a
// variable's that is handed to an exec provider.
var secretLine = regexp.MustCompile(`^([-+ ]?[ -]*"?(?:token|password|client-key-data|id-token|refresh-token|access-token|client-secret|apitoken|value)"?:\s*)\S.*$`)

// showDiff prints what a file would become, as diff -u does. It is made for a
// terminal and for tickets: control characters are escaped, and secrets left out.
func (e *env) showDiff(name string, before, after []byte) {
	text := diff.Diff(name, before, name, after)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "diff ") {
			continue
		}
		line = secretLine.ReplaceAllString(line, "${1}[secret]")
		fmt.Fprintln(e.Streams.Out, term.Safe(line))
	}
}
