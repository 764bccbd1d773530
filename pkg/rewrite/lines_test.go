package rewrite_test

import (
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

func TestSplice(t *testing.T) {
	tests := []struct {
		name, text string
		from, to   int
		with       []string
		want       string
	}{
		{"replaced", "a\nb\nc\n", 1, 2, []string{"x", "y"}, "a\nx\ny\nc\n"},
		{"inserted", "a\nb\n", 1, 1, []string{"x"}, "a\nx\nb\n"},
		{"removed", "a\nb\nc\n", 0, 2, nil, "c\n"},
		{"the file's own line break", "a\r\nb\r\n", 1, 2, []string{"x"}, "a\r\nx\r\n"},
		{"mixed line breaks stay", "a\r\nb\nc\r\n", 2, 2, []string{"x"}, "a\r\nb\nx\r\nc\r\n"},
		{"appended, no break at the end", "a\nb", 2, 2, []string{"x"}, "a\nb\nx"},
		{"the last replaced, no break at the end", "a\nb", 1, 2, []string{"x"}, "a\nx"},
		{"the last removed, no break at the end", "a\nb", 1, 2, nil, "a"},
		{"an empty text", "", 0, 0, []string{"x"}, "x\n"},
		{"a lone carriage return is text", "a\rb\n", 1, 1, []string{"x"}, "a\rb\nx\n"},
	}
	for _, tt := range tests {
		if got := string(rewrite.Cut(tt.text).Splice(tt.from, tt.to, tt.with...).Bytes()); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("a\r\nb\n\nc")
	f.Fuzz(func(t *testing.T, text string) {
		if got := string(rewrite.Cut(text).Bytes()); got != text {
			t.Errorf("%q became %q", text, got)
		}
	})
}
