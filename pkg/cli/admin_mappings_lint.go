package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/mapping"
)

type mappingsLint struct {
	*env
	output
	mappings
}

func newMappingsLint(e *env) *cobra.Command {
	l := mappingsLint{env: e}
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Find mappings that do not do what they say",
		Long: `Find mappings that do not do what they say: an ARN with a path or of a session, a
role that stands there twice, a missing user name, a group that no binding names,
and the like. Nothing is changed.

An error does not do what it says, a warning does more or less than it looks like,
a note may surprise. The exit status is 1 where there is an error.`,
		Example: `  kubectl jit admin mappings lint
  kubectl jit admin mappings lint -o json`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context()) },
	}
	l.mappings.flags(cmd)
	l.output.flag(cmd, "json", "yaml", "wide")
	return cmd
}

// finding is one finding in "-o json".
type finding struct {
	Severity mapping.Severity `json:"severity"`
	Via      string           `json:"via"`
	Line     int              `json:"line,omitempty"` // in mapRoles
	ARN      string           `json:"arn,omitempty"`
	Text     string           `json:"text"`
	Fix      string           `json:"fix,omitempty"` // what to write instead
}

func (l *mappingsLint) run(ctx context.Context) error {
	sources, err := l.sources(ctx, l.env)
	if err != nil {
		return err
	}
	found, err := l.found(ctx, sources)
	if err != nil {
		return err
	}
	answer := listing{
		object:  list("FindingList", found),
		columns: []string{"SEVERITY", "VIA", "LINE", "FINDING", "+ROLE", "+FIX"},
		prose:   true,
		none:    "Nothing is found.",
	}
	broken := false
	for _, f := range found {
		line := any(f.Line)
		if f.Line == 0 {
			line = ""
		}
		answer.rows = append(answer.rows, []any{f.Severity, f.Via, line, f.Text, f.ARN, f.Fix})
		broken = broken || f.Severity == mapping.Error
	}
	if err := l.print(l.Streams.Out, l.Streams.ErrOut, answer); err != nil {
		return err
	}
	if broken {
		return caller.ErrAnsweredNo
	}
	return nil
}

// found asks each source, and then what one says about the other.
func (l *mappingsLint) found(ctx context.Context, sources []source) ([]finding, error) {
	bound, known, err := boundGroups(ctx, sources[0].in())
	if err != nil {
		return nil, err
	}
	if !known {
		l.Note("Which groups are bound is not known: you may not list the bindings.")
	}
	all := []finding{}
	first := map[string]bool{}
	for _, source := range sources {
		some, err := source.lint(ctx, bound)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		items, err := source.list(ctx)
		if err != nil {
			continue // lint has said what is wrong with it
		}
		for _, item := range items {
			role, err := mapping.Role(item.ARN)
			switch {
			case err != nil:
			case first[role] && item.Via == viaAWSAuth:
				all = append(all, finding{Severity: mapping.Warning, Via: item.Via, Line: item.Line, ARN: item.ARN, Text: "the role has an access entry, which wins"})
			case item.Via == viaEntries:
				first[role] = true
			}
		}
	}
	return all, nil
}
