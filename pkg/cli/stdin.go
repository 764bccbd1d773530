package cli

import (
	"context"
	"io"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// secretFromStdin is a secret that a program or a file gives on standard input, or a
// person where that is the terminal: they are asked, and what they type is not shown.
func (e *env) secretFromStdin(ctx context.Context, prompt string, longest int64) (jit.Secret, error) {
	if term.IsTerminal(e.Streams.In) {
		return e.Person.AskSecret(ctx, prompt)
	}
	text, err := readAll(ctx, e.Streams.In, longest)
	return jit.NewSecret(string(text)), err
}

// readAll reads to the end, but no more than so many bytes, or fails with ctx's error
// when that ends. A read that ctx has overtaken waits on in the background, as long
// as the process is there.
func readAll(ctx context.Context, from io.Reader, longest int64) ([]byte, error) {
	type part struct {
		text []byte
		err  error
	}
	whole := make(chan part, 1)
	go func() {
		text, err := io.ReadAll(io.LimitReader(from, longest))
		whole <- part{text, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case read := <-whole:
		return read.text, read.err
	}
}
