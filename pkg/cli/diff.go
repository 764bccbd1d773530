package cli

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// secretLine is a line that looks like one with a secret where a kubeconfig has
// none for its readers: in a comment, or under a key that nobody knows.
var secretLine = regexp.MustCompile(`^([-+ ]?[ #-]*["']?(?:token|password|client-key-data|id-token|refresh-token|access-token|client-secret|apitoken)["']?\s*:\s*)\S.*$`)

// secretURL is the password in a URL, such as that of a proxy.
var secretURL = regexp.MustCompile(`(://[^/@:\s]*:)[^/\s]+@`)

// showDiff prints what a kubeconfig would become, its secrets left out.
func (e *env) showDiff(name string, before, after []byte) error {
	return writeDiff(e.Streams.Out, name, kubeconfig.Masked(before), name, kubeconfig.Masked(after))
}

// writeDiff writes two texts as diff -u does. It is made for a terminal and for
// tickets: what others wrote is made harmless, and what looks like a secret is
// left out.
func writeDiff(w io.Writer, oldName string, before []byte, newName string, after []byte) error {
	for line := range strings.Lines(string(diff.Diff(oldName, before, newName, after))) {
		if strings.HasPrefix(line, "diff ") {
			continue // the two lines after it say the same
		}
		line = secretLine.ReplaceAllString(strings.TrimRight(line, "\r\n"), "${1}[secret]")
		line = secretURL.ReplaceAllString(line, "${1}[secret]@")
		if _, err := fmt.Fprintln(w, term.Safe(line)); err != nil {
			return err
		}
	}
	return nil
}
