package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type status struct {
	*env
	output
}

func newStatus(e *env) *cobra.Command {
	s := status{env: e}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what is checked out, and for how long",
		Long: `Show who is signed in, what is checked out, and for how long.

The names are what "kubectl jit checkin" and "kubectl jit extend" take, beside an
alias.`,
		Example: `  kubectl jit status
  kubectl jit status -o json
  kubectl jit status -o name`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd.Context()) },
	}
	s.output.flag(cmd, "json", "yaml", "name", "wide")
	return cmd
}

// statusObject is the answer in "-o json".
type statusObject struct {
	typeMeta
	Tenant    string      `json:"tenant"`
	Person    string      `json:"person"`
	Checkouts []grantItem `json:"checkouts"`
}

func (c *status) run(ctx context.Context) error {
	conn, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	defer c.Person.Progress("asking the broker for your checkouts")()
	person, err := conn.Broker.Whoami(ctx)
	if err != nil {
		return err
	}
	grants, err := conn.Broker.Grants(ctx)
	if err != nil {
		return err
	}
	object := statusObject{typeMeta: kind("Status"), Tenant: conn.Tenant.URL, Person: person.Name, Checkouts: []grantItem{}}
	l := listing{
		columns: []string{"NAME", "ALIAS", "PROFILE", "STATE", "UNTIL", "LEFT", "+PATH"},
		none:    "Nothing is checked out.",
	}
	for _, grant := range grants {
		item := c.grantItem(conn, grant)
		object.Checkouts = append(object.Checkouts, item)
		l.names = append(l.names, item.Name)
		l.rows = append(l.rows, []any{item.Name, item.Alias, item.Profile, item.State, c.clock(grant.NotAfter), item.left(), item.Path})
	}
	l.object = object
	if c.format == "" || c.format == "wide" {
		c.say("%s at %s", person.Name, conn.Tenant.URL)
	}
	return c.print(c.Streams.Out, c.Streams.ErrOut, l)
}

// grantItem is one checkout in "-o json".
type grantItem struct {
	typeMeta
	Name             string     `json:"name"`
	ID               string     `json:"id"`
	Path             string     `json:"path"`
	Application      string     `json:"application"`
	Environment      string     `json:"environment"`
	Profile          string     `json:"profile"`
	Alias            string     `json:"alias,omitempty"`
	State            string     `json:"state"`
	NotBefore        *time.Time `json:"notBefore,omitempty"`
	NotAfter         *time.Time `json:"notAfter,omitempty"`
	RemainingSeconds int64      `json:"remainingSeconds"`
	CredentialsUntil *time.Time `json:"credentialsUntil,omitempty"`
}

func (e *env) grantItem(conn *caller.Connection, grant jit.Grant) grantItem {
	return grantItem{
		Name:             "checkout/" + grant.ID,
		ID:               grant.ID,
		Path:             grant.Access.Path(),
		Application:      grant.Access.Application,
		Environment:      grant.Access.Environment,
		Profile:          grant.Access.Profile,
		Alias:            conn.AliasOf(grant.Access),
		State:            string(grant.State),
		NotBefore:        instant(grant.NotBefore),
		NotAfter:         instant(grant.NotAfter),
		RemainingSeconds: remaining(e.Now(), grant),
		CredentialsUntil: instant(grant.CredentialsUntil),
	}
}

// remaining is how many whole seconds a checkout still stands.
func remaining(now time.Time, grant jit.Grant) int64 {
	if grant.State != jit.GrantActive || grant.NotAfter.Before(now) {
		return 0
	}
	return int64(grant.NotAfter.Sub(now) / time.Second)
}

func (g grantItem) left() string {
	return duration.HumanDuration(time.Duration(g.RemainingSeconds) * time.Second)
}

// oneGrant is the answer of the verbs that change one checkout.
func (e *env) oneGrant(conn *caller.Connection, grant jit.Grant) listing {
	item := e.grantItem(conn, grant)
	item.typeMeta = kind("Checkout")
	return listing{object: item, names: []string{item.Name}}
}
