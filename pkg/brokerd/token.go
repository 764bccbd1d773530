package brokerd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// tokens is what the three token commands share.
type tokens struct {
	stdout io.Writer
	config string
	user   string
	name   string
	ttl    time.Duration
}

func newToken(stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make, list and revoke API tokens",
		Long: `Make, list and revoke API tokens. A token signs its user in; the ledger keeps its
hash only. These commands work beside a running broker; list and revoke need the
ledger alone, so that a token can be revoked whatever is wrong with the catalog.`,
		Example: `  jit-broker token create --user alice@example.com --expires 720h --config broker/broker.yaml`,
		Args:    cobra.ArbitraryArgs,
		RunE:    usage.Group,
	}
	cmd.AddCommand(newTokenCreate(stdout), newTokenList(stdout), newTokenRevoke(stdout))
	return cmd
}

func newTokenCreate(stdout io.Writer) *cobra.Command {
	t := tokens{stdout: stdout}
	cmd := &cobra.Command{
		Use:     "create",
		Short:   "Make a token and print it, this once",
		Example: `  (umask 077 && jit-broker token create --user alice@example.com --expires 720h > token)`,
		Args:    usage.Wants(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.with(cmd.Context(), config.open, t.create) },
	}
	configFlag(cmd, &t.config)
	cmd.Flags().StringVar(&t.user, "user", "", "whose it is, a user of the catalog (required)")
	cmd.Flags().StringVar(&t.name, "name", "", "what people call it")
	cmd.Flags().DurationVar(&t.ttl, "expires", 0, "after which time it ends, such as 720h (default: never)")
	return cmd
}

func newTokenList(stdout io.Writer) *cobra.Command {
	t := tokens{stdout: stdout}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List tokens, without their texts",
		Example: `  jit-broker token list --user alice@example.com`,
		Args:    usage.Wants(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return t.with(cmd.Context(), config.openLedger, t.list) },
	}
	configFlag(cmd, &t.config)
	cmd.Flags().StringVar(&t.user, "user", "", "only those of this user")
	return cmd
}

func newTokenRevoke(stdout io.Writer) *cobra.Command {
	t := tokens{stdout: stdout}
	cmd := &cobra.Command{
		Use:     "revoke ID",
		Short:   "Revoke a token at once",
		Example: `  jit-broker token revoke 5f3c9a`,
		Args:    usage.Wants("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := t.with(cmd.Context(), config.openLedger, func(ctx context.Context, e *broker.Engine) error { return e.RevokeToken(ctx, args[0]) })
			if jit.CodeOf(err) == jit.NotFound && jit.NextOf(err) == "" {
				return jit.Errorf(jit.NotFound, "", "%w", err).WithNext("jit-broker token list --config %s", jit.Quote(t.config))
			}
			return err
		},
	}
	configFlag(cmd, &t.config)
	return cmd
}

// with opens an engine for one command.
func (t *tokens) with(ctx context.Context, open opening, do func(context.Context, *broker.Engine) error) (err error) {
	c, err := readConfig(t.config)
	if err != nil {
		return err
	}
	engine, ledger, err := open(c, ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	return do(ctx, engine)
}

// create prints the token alone, so that it can be redirected into a file.
func (t *tokens) create(ctx context.Context, engine *broker.Engine) error {
	if t.user == "" {
		return jit.Errorf(jit.Invalid, "", "--user is missing")
	}
	text, _, err := engine.CreateToken(ctx, t.user, t.name, t.ttl)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.stdout, text.Reveal())
	return err
}

func (t *tokens) list(ctx context.Context, engine *broker.Engine) error {
	all, err := engine.Tokens(ctx, t.user)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.stdout, 0, 8, 3, ' ', 0)
	fmt.Fprintln(table, "ID\tUSER\tNAME\tCREATED\tEXPIRES\tREVOKED")
	for _, one := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", one.ID, term.Safe(one.Person.Name), term.Safe(one.Name),
			one.Created.Format(time.RFC3339), orNever(one.Expires), orNever(one.Revoked))
	}
	return table.Flush()
}

func orNever(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.Format(time.RFC3339)
}
