package term_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// TestProgressWithoutTerminal holds what stands in a log, and when.
func TestProgressWithoutTerminal(t *testing.T) {
	tests := []struct {
		lasts time.Duration
		want  string
	}{
		{400 * time.Millisecond, ""},
		{time.Second, "waiting for bob\n"},
		{time.Minute, "waiting for bob\nwaiting for bob (31s)\n"},
		{92 * time.Second, "waiting for bob\nwaiting for bob (31s)\nwaiting for bob (1m1s)\nwaiting for bob (1m31s)\n"},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			done := term.Open(&out).Progress("waiting for bob")
			time.Sleep(tt.lasts)
			done()
			done() // twice is once
			if out.String() != tt.want {
				t.Errorf("after %v: %q, want %q", tt.lasts, out.String(), tt.want)
			}
		})
	}
}

func TestNoteIsOneSafeLine(t *testing.T) {
	var out bytes.Buffer
	term.Open(&out).Note("from \x1b[1mafar\n")
	if want := `from \x1b[1mafar\n` + "\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
