package term_test

import (
	"bytes"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

func TestScreenOf(t *testing.T) {
	p := openPTY(t)
	control(t, p.terminal, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 200})
	})
	tests := []struct {
		term, noColor string
		want          term.Screen
	}{
		{"xterm", "", term.Screen{Columns: 200, Colour: true, Terminal: true}},
		{"xterm", "1", term.Screen{Columns: 200, Terminal: true}},
		{"dumb", "", term.Screen{Columns: 200, Terminal: true}},
	}
	for _, tt := range tests {
		t.Setenv("TERM", tt.term)
		t.Setenv("NO_COLOR", tt.noColor)
		if got := term.ScreenOf(p.terminal); got != tt.want {
			t.Errorf("TERM=%s NO_COLOR=%s: %+v, want %+v", tt.term, tt.noColor, got, tt.want)
		}
	}
	if got := term.ScreenOf(&bytes.Buffer{}); got != (term.Screen{Columns: 80}) {
		t.Errorf("no terminal: %+v", got)
	}
}
