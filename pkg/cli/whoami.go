package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type whoami struct {
	*env
	output
	kube kubeFlags
}

func newWhoami(e *env) *cobra.Command {
	w := whoami{env: e}
	cmd := &cobra.Command{
		Use:   "whoami",
		Short: "Show who you are: at the broker, AWS and the cluster",
		Long: `Show who you are: at the broker, at AWS and on the cluster of the context at hand.

The cluster is asked itself, so this is what its audit log and its RBAC see.`,
		Example: `  kubectl jit whoami
  kubectl jit whoami --context sandbox-reader -o json`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return w.run(cmd.Context()) },
	}
	w.kube.flags(cmd)
	w.output.flag(cmd, "json", "yaml", "name")
	return cmd
}

// whoamiObject is the answer in "-o json".
type whoamiObject struct {
	typeMeta
	Tenant      string              `json:"tenant"`
	Person      string              `json:"person"`
	Context     string              `json:"context"`
	Cluster     string              `json:"cluster"`
	Profile     string              `json:"profile"`
	Assumed     []roleItem          `json:"assumed,omitempty"` // further roles, in order
	Until       *time.Time          `json:"until,omitempty"`   // the end of the checkout
	Name        string              `json:"name"`
	Groups      []string            `json:"groups"`
	ARN         string              `json:"arn,omitempty"`         // as the cluster has it
	Session     string              `json:"session,omitempty"`     // the name of the AWS session
	Mapping     string              `json:"mapping,omitempty"`     // how the role came to be this name and these groups
	AccessKeyID string              `json:"accessKeyId,omitempty"` // of the keys that signed the token
	STS         string              `json:"stsArn,omitempty"`      // whose the keys held here are, by STS
	Extra       map[string][]string `json:"extra,omitempty"`
}

func (w *whoami) run(ctx context.Context) error {
	at, err := w.atHand(ctx, w.kube)
	if err != nil {
		return err
	}
	defer w.Person.Progress("asking who you are")()
	person, err := at.conn.Broker.Whoami(ctx)
	if err != nil {
		return err
	}
	identity, err := cani.Whoami(ctx, at.client)
	if err != nil {
		return at.refused(err)
	}
	object := whoamiObject{
		typeMeta:    kind("Identity"),
		Tenant:      at.conn.Tenant.URL,
		Person:      person.Name,
		Context:     at.entry.Context,
		Cluster:     at.cluster.Name,
		Profile:     at.args.Profile,
		Assumed:     roleItems(at.args.Roles),
		Name:        identity.Name,
		Groups:      slices.Clone(identity.Groups),
		ARN:         identity.ARN(),
		Session:     identity.Session(),
		AccessKeyID: identity.AccessKeyID(),
		Extra:       identity.Extra,
	}
	until := "not known"
	if grant, stands, err := at.conn.Mint.Standing(ctx, at.ask.Access); err != nil {
		w.Note("the end of the checkout is not known: %v", err)
	} else if stands {
		object.Until, until = instant(grant.NotAfter), w.until(grant.NotAfter)
	}
	rows := [][]any{
		{"Name", object.Name},
		{"Groups", strings.Join(object.Groups, ", ")},
	}
	if at.args.Cluster.Name != "" {
		rows = append(rows, w.atAWS(ctx, at, identity, &object)...)
	}
	rows = append(rows, [][]any{
		{"Cluster", called(at.cluster)},
		{"Profile", object.Profile},
		{"Checked out", "until " + until},
		{"Signed in", object.Person + " at " + object.Tenant},
	}...)
	if len(at.args.Roles) > 0 {
		rows = append(rows, []any{"Goes on to", chainOf(at.args.Roles)})
	}
	return w.print(w.Streams.Out, w.Streams.ErrOut, listing{
		object: object, names: []string{identity.Name}, columns: []string{"ATTRIBUTE", "VALUE"}, prose: true, rows: rows,
	})
}

// atAWS is who the person is there, and how they came to be who they are on the
// cluster.
func (w *whoami) atAWS(ctx context.Context, at *atHand, identity cani.Identity, object *whoamiObject) [][]any {
	object.Mapping = at.mapped(ctx, identity)
	arn, err := w.callerARN(ctx, at.conn, at.ask)
	if err != nil {
		w.Note("what STS says is not known: %v", err)
	}
	object.STS = arn
	return [][]any{
		{"ARN", object.ARN},
		{"Mapped by", object.Mapping},
		{"Session", object.Session},
		{"Access key", object.AccessKeyID},
		{"STS says", sameAs(object.STS, object.ARN)},
	}
}

// sameAs spares the reader the comparison of two long names.
func sameAs(sts, cluster string) string {
	switch sts {
	case "":
		return "not known"
	case cluster:
		return "the same"
	}
	return sts
}
