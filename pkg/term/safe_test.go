package term_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

func TestSafe(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{"EKS Pod Manager", "EKS Pod Manager"},
		{`C:\Users "x"`, `C:\Users "x"`},
		{"größe 日本 🙂", "größe 日本 🙂"},
		{"\x1b[2Jgone", `\x1b[2Jgone`},
		{"\x1b]0;title\a", `\x1b]0;title\a`},
		{"one\ntwo\r\tthree", `one\ntwo\r\tthree`},
		{"\u009b2J", `\u009b2J`},                           // the one-character CSI
		{"\u202edlrow\u2066", `\u202edlrow\u2066`},         // turns the direction
		{"a\u200bb\ufeff\u00a0c", `a\u200bb\ufeff\u00a0c`}, // cannot be seen
		{"line\u2028line", `line\u2028line`},               // ends a line
		{"\xff\xc3(", `\xff\xc3(`},                         // no UTF-8
		{"\ufffd", "\ufffd"},                               // what others put for that
		{"\x00\x7f", `\x00\x7f`},
	}
	for _, tt := range tests {
		if got := term.Safe(tt.text); got != tt.want {
			t.Errorf("Safe(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

// FuzzSafe holds that nothing which a terminal acts on comes through, and that
// to make a safe text safe changes nothing.
func FuzzSafe(f *testing.F) {
	f.Add("\x1b[31mred\x1b[0m \u202e \xff")
	f.Fuzz(func(t *testing.T, text string) {
		safe := term.Safe(text)
		if !utf8.ValidString(safe) {
			t.Errorf("%q is no UTF-8", safe)
		}
		if i := strings.IndexFunc(safe, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%q comes through as %q", text, safe)
		}
		if again := term.Safe(safe); again != safe {
			t.Errorf("%q is made safe twice: %q", safe, again)
		}
	})
}
