package britive

import (
	"slices"
	"strings"
	"unicode"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// mostMessage bounds what is shown of a broker's words, in bytes.
const mostMessage = 1000

// shortened bounds a text of the broker's.
func shortened(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > mostMessage {
		text = strings.ToValidUTF8(text[:mostMessage], "") + "…"
	}
	return text
}

// namable are the verbs that a broker may name. None of them runs another program,
// as exec does, or removes anything but an access.
func namable() []string {
	return []string{"login", "checkout", "checkin", "status", "profiles", "request", "requests", "approve", "reject", "whoami"}
}

// isCommand reports whether a text is one command of this program that a broker may
// name, and nothing else: people paste what is shown as the next command into a shell. It reads as
// a shell does: in single quotes nothing has a meaning, in double quotes some
// characters do, outside only letters and a few more have none.
func isCommand(text string) bool {
	words, ours := strings.CutPrefix(text, "kubectl jit ")
	verb, _, _ := strings.Cut(words, " ")
	if !ours || !slices.Contains(namable(), verb) || len(text) > mostMessage {
		return false
	}
	var quote rune
	escaped := false
	for _, r := range text {
		switch {
		case !unicode.IsPrint(r):
			return false
		case escaped: // as in 'it'\''s', which is how a quote is put between quotes
			if escaped = false; r != '\'' {
				return false
			}
		case quote != 0 && r == quote:
			quote = 0
		case quote == '"' && strings.ContainsRune("$`\\!", r):
			return false
		case quote != 0:
		case r == '"' || r == '\'':
			quote = r
		case r == '\\':
			escaped = true
		case r != ' ' && !jit.Plain(r):
			return false
		}
	}
	return quote == 0 && !escaped
}
