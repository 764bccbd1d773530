package cli_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// TestReadAll holds that a secret is read to its end or the longest one's, and that
// Ctrl-C ends the wait for somebody who never writes one.
func TestReadAll(t *testing.T) {
	silent, _ := io.Pipe()
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	tests := []struct {
		name string
		ctx  context.Context
		from io.Reader
		want string
		err  error
	}{
		{"a line", t.Context(), strings.NewReader("424242\n"), "424242\n", nil},
		{"a flood", t.Context(), io.MultiReader(strings.NewReader("12345678"), silent), "12345678", nil},
		{"silence, and Ctrl-C", interrupted, silent, "", context.Canceled},
	}
	for _, tt := range tests {
		if got, err := cli.ReadAll(tt.ctx, tt.from); string(got) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
}
