package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// adminChange is what every command has that changes something for others:
//
//	plan ─▶ diff ─▶ confirmed? ─▶ keep the undo ─▶ steps ─▶ done, and how to undo it
type adminChange struct {
	*env
	dryRun bool
	yes    bool
}

func (c *adminChange) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.dryRun, "dry-run", false, "print the diff and change nothing")
	cmd.Flags().BoolVarP(&c.yes, "yes", "y", false, "do not ask")
}

// plan is a change that is not made yet.
type plan struct {
	name    string // of the undo script, such as "rbac"
	pieces  []piece
	steps   []step
	done    []string // said once it is done
	nothing string   // said where there is nothing to change
}

// piece is one text of the diff. An empty one is not there.
type piece struct{ name, before, after string }

// step makes one change. Undo is a command for a shell, or several lines of one;
// "" where the undo of a step before takes this one back, too.
type step struct {
	do   func(context.Context) error
	undo string
}

// carryOut shows a plan, asks, and makes the change.
func (c *adminChange) carryOut(ctx context.Context, p plan) error {
	if len(p.steps) == 0 {
		c.say("%s", p.nothing)
		return nil
	}
	if c.dryRun {
		if err := p.show(c.Streams.Out); err != nil {
			return err
		}
		c.Note("Nothing is changed: --dry-run.")
		return nil
	}
	if err := p.show(c.Streams.ErrOut); err != nil {
		return err
	}
	if err := c.confirm(ctx, c.yes, "Change it?"); err != nil {
		return err
	}
	kept, err := c.keepUndo(p)
	if err != nil {
		return err
	}
	for i, s := range p.steps {
		if err := s.do(ctx); err != nil {
			return c.halfDone(err, i, kept)
		}
	}
	for _, line := range p.done {
		c.say("%s", line)
	}
	if undo := p.undo(); len(undo) == 1 && !strings.Contains(undo[0], "\n") {
		c.say("Undo: %s", undo[0])
	}
	if kept != "" {
		c.say("Undo is kept: sh %s", jit.Quote(kept))
	}
	return nil
}

// show writes the diff.
func (p plan) show(w io.Writer) error {
	for _, piece := range p.pieces {
		if err := writeDiff(w, piece.name+" (now)", []byte(piece.before), piece.name+" (then)", []byte(piece.after)); err != nil {
			return err
		}
	}
	return nil
}

// undo is the commands that take the plan back, the last step first.
func (p plan) undo() []string {
	var lines []string
	for i := len(p.steps) - 1; i >= 0; i-- {
		if undo := p.steps[i].undo; undo != "" {
			lines = append(lines, undo)
		}
	}
	return lines
}

// keepUndo writes the script before anything is changed, so that a crash leaves it
// behind. Without a home folder it is not kept, and printed only.
func (c *adminChange) keepUndo(p plan) (string, error) {
	dir := held.StateDir()
	if dir == "" {
		return "", nil
	}
	now := c.Now().UTC()
	path := filepath.Join(dir, "undo", now.Format("20060102T150405.000Z")+"-"+p.name+".sh")
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/sh\n# Takes back what was done at %s; with the diff of it below.\nset -e\n", now.Format("2006-01-02 15:04:05Z"))
	if files := c.Getenv("KUBECONFIG"); files != "" {
		fmt.Fprintf(&b, "export KUBECONFIG=%s\n", jit.Quote(files)) // contexts are found where they were
	}
	for _, line := range p.undo() {
		fmt.Fprintln(&b, c.Called.Say(line))
	}
	b.WriteString("\n")
	var shown strings.Builder
	if err := p.show(&shown); err != nil {
		return "", err
	}
	for line := range strings.Lines(shown.String()) {
		b.WriteString("# " + line)
	}
	return path, rewrite.Write(path, []byte(b.String()))
}

// halfDone is the error of a step; nothing is to be undone where it was the first.
func (c *adminChange) halfDone(err error, steps int, kept string) error {
	if kept == "" {
		return err
	}
	if steps == 0 {
		return errors.Join(err, os.Remove(kept))
	}
	c.Note("The change is half done. Undo: sh %s", jit.Quote(kept))
	return err
}
