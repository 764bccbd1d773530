package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type mappingsList struct {
	*env
	output
	mappings
}

func newMappingsList(e *env) *cobra.Command {
	l := mappingsList{env: e}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List which role is in which groups",
		Long: `List which role is in which groups, from each source that the cluster has. Where a
role stands in both, the access entry counts; where it stands in aws-auth twice,
the last entry.`,
		Example: `  kubectl jit admin mappings list
  kubectl jit admin mappings list -o wide
  kubectl jit admin mappings list --via aws-auth -o json`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context()) },
	}
	l.mappings.flags(cmd)
	l.output.flag(cmd, "json", "yaml", "name", "wide")
	return cmd
}

func (l *mappingsList) run(ctx context.Context) error {
	sources, err := l.sources(ctx, l.env)
	if err != nil {
		return err
	}
	items := []mappingItem{}
	for _, source := range sources {
		some, err := source.list(ctx)
		if err != nil {
			return err
		}
		items = append(items, some...)
	}
	answer := listing{
		object:  list("MappingList", items),
		columns: []string{"ROLE", "GROUPS", "+USERNAME", "VIA", "+TYPE"},
		none:    "No role is mapped.",
	}
	for _, item := range items {
		answer.names = append(answer.names, item.ARN)
		answer.rows = append(answer.rows, []any{item.ARN, strings.Join(item.Groups, ","), item.Username, item.Via, item.Type})
	}
	return l.print(l.Streams.Out, l.Streams.ErrOut, answer)
}
