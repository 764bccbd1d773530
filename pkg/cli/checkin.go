package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

const (
	// tokenLife is how long AWS takes a cluster token after its signature.
	tokenLife = 15 * time.Minute

	// ownMemory is how long a cluster remembers that a broker's own token was good, which
	// no webhook is asked about: kube-apiserver's cache of all tokens, which has no flag.
	ownMemory = 10 * time.Second

	// clusterMemory is the same for a signed token: the cache of what the webhook said,
	// by default (kube-apiserver --authentication-token-webhook-cache-ttl), stands
	// behind that one.
	clusterMemory = 2*time.Minute + ownMemory
)

type checkin struct {
	*env
	output
	console bool
}

func newCheckin(e *env) *cobra.Command {
	c := checkin{env: e}
	cmd := &cobra.Command{
		Use:   "checkin PROFILE",
		Short: "Check a profile in",
		Long: `Check a profile in, before its checkout ends by itself.

Nothing is issued under it any more, to no program, until the next
"kubectl jit login", and what was held on this machine is removed. What was
copied elsewhere before cannot be called back; the answer says until when it
works.

With --console it is the web console that is checked in. What is checked out for
the credentials stands.`,
		Example: `  kubectl jit checkin eks-pod-manager
  kubectl jit checkin eks-pod-manager --console`,
		Args: usage.Wants("PROFILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.console {
				return c.leave(cmd.Context(), args[0])
			}
			return c.run(cmd.Context(), args[0])
		},
	}
	c.output.flag(cmd, "json", "yaml", "name")
	cmd.Flags().BoolVar(&c.console, "console", false, "check the web console in, and leave the credentials alone")
	cmd.ValidArgsFunction = first(e.profiles)
	return cmd
}

func (c *checkin) run(ctx context.Context, profile string) error {
	conn, target, err := c.checkedOut(ctx, profile)
	if err != nil {
		return err
	}
	grant, err := conn.Mint.Checkin(ctx, target.ask(conn, nil))
	if err != nil {
		return err
	}
	if c.format != "" {
		return c.print(c.Streams.Out, c.Streams.ErrOut, c.oneGrant(conn, grant))
	}
	if grant.ID == "" {
		c.say("%s was not checked out; it rests until the next login.", target.access.Profile)
		if grant.CredentialsUntil.IsZero() { // nothing was held here either
			return nil
		}
	} else {
		c.say("%s is checked in: nothing is issued under it until the next login.", grant.Access.Profile)
	}
	all, err := conn.Profiles(ctx)
	if err != nil {
		c.Note("whether the profile gives AWS keys is not known: %v", err)
	}
	_, own := itself(grant.Access, all)
	c.say("%s", c.leftovers(grant, own))
	return nil
}

// leftovers says what could still be done with what was copied away. Own says that
// it was the broker's own token for a cluster.
func (c *checkin) leftovers(grant jit.Grant, own bool) string {
	now, keys, memory := c.Now(), grant.CredentialsUntil, clusterMemory
	if own {
		memory = ownMemory
	}
	switch {
	case own && keys.IsZero():
		return "What was copied away before: a token for the cluster works until it ends, which the broker does not say."
	case !keys.IsZero() && !keys.Add(memory).After(now):
		return "Nothing that was copied away before works any more."
	case own:
		return fmt.Sprintf("What was copied away before: a token for the cluster works until %s, and up to %s longer while the cluster remembers it.",
			c.clock(keys), memory)
	}
	token := now.Add(tokenLife)
	if !keys.IsZero() && keys.Before(token) {
		token = keys
	}
	text := fmt.Sprintf("What was copied away before: a cluster token works until %s at the latest, and up to %s longer while the cluster remembers it",
		c.clock(token), memory)
	if keys.IsZero() {
		return text + "; AWS keys, where some were issued, until the end of their session."
	}
	return text + fmt.Sprintf("; AWS keys until %s.", c.clock(keys))
}

// checkedOut finds what an argument means that may also be a checkout as
// "kubectl jit status -o name" prints it.
func (e *env) checkedOut(ctx context.Context, word string) (*caller.Connection, target, error) {
	id, byName := strings.CutPrefix(word, "checkout/")
	if !byName {
		return e.knownTarget(ctx, word)
	}
	conn, err := e.Connect(ctx)
	if err != nil {
		return nil, target{}, err
	}
	defer e.Person.Progress("looking for " + word)()
	grants, err := conn.Broker.Grants(ctx)
	if err != nil {
		return nil, target{}, err
	}
	for _, grant := range grants {
		if grant.ID == id {
			return conn, target{access: grant.Access, name: conn.CallIt(grant.Access)}, nil
		}
	}
	return nil, target{}, jit.Errorf(jit.NotFound, "", "no open checkout %s", id).WithNext("kubectl jit status")
}
