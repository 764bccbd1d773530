package cli

import (
	"cmp"
	"context"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
)

// arrival is what the cluster says about the person who just came.
type arrival struct {
	identity cani.Identity
	may      string // one line; empty when the cluster did not tell
}

// arrive gets a token, past whatever is held, and asks the cluster who that is.
// The answer is the proof that the entry to be written works.
func (l *login) arrive(ctx context.Context, conn *caller.Connection, ask mint.Ask, where place, args caller.TokenArgs) (arrival, error) {
	ask.Cluster = where.cluster
	ask.Fresh = true
	ask.Held = l.HeldName(conn, args, args.List())
	token, err := conn.Mint.Token(ctx, ask)
	if err != nil {
		return arrival{}, err
	}
	client, err := l.client(where.entry, token)
	if err != nil {
		return arrival{}, err
	}
	defer l.Person.Progress("asking cluster " + where.name() + " who you are")()
	identity, err := cani.Whoami(ctx, client)
	if err != nil {
		return arrival{}, l.refused(ctx, conn, ask, err)
	}
	arrived := arrival{identity: identity}
	if view, err := cani.Ask(ctx, client, namespaceOf(where.entry, "")); err == nil {
		arrived.may = view.Summary()
	}
	return arrived, nil
}

// namespaceOf is the namespace a command means: the flag's, the context's, or
// default.
func namespaceOf(entry kubeconfig.Entry, flag string) string {
	switch {
	case flag != "":
		return flag
	case entry.Namespace != "":
		return entry.Namespace
	}
	return "default"
}

// refused explains why a cluster did not say who somebody is. The usual reason
// is that the role stands in no mapping of the cluster.
func (e *env) refused(ctx context.Context, conn *caller.Connection, ask mint.Ask, err error) error {
	op := "enter cluster " + cmp.Or(ask.Cluster.Name, ask.Access.Environment)
	if !apierrors.IsUnauthorized(err) {
		return err
	}
	if ask.Cluster.Name == "" {
		return untrusting(op).WithNext("kubectl jit checkin %s", jit.Quote(ask.Name))
	}
	role := "the role of " + ask.Access.Profile
	if arn, err := e.callerARN(ctx, conn, ask); err == nil {
		role = roleARN(arn)
	}
	denied := jit.Errorf(jit.Denied, op, "the cluster does not know %s: it needs an entry in the ConfigMap kube-system/aws-auth (mapRoles, the ARN without a path), or an EKS access entry", role)
	return denied.WithNext("kubectl jit checkin %s", jit.Quote(ask.Name))
}

func (e *env) callerARN(ctx context.Context, conn *caller.Connection, ask mint.Ask) (string, error) {
	ask.Fresh = false // the keys of a moment ago will do
	credential, err := conn.Mint.Credential(ctx, ask)
	if err != nil {
		return "", err
	}
	return account.Finder{}.CallerIdentity(ctx, credential, ask.Cluster.Region)
}

// roleARN turns the ARN of a session into that of its role, as aws-auth names it:
// arn:aws:sts::1:assumed-role/R/me becomes arn:aws:iam::1:role/R.
func roleARN(session string) string {
	fields := strings.SplitN(session, ":", 6)
	if len(fields) != 6 || fields[2] != "sts" {
		return session
	}
	parts := strings.Split(fields[5], "/")
	if len(parts) < 2 || parts[0] != "assumed-role" {
		return session
	}
	fields[2], fields[5] = "iam", "role/"+parts[1]
	return strings.Join(fields, ":")
}

// tell says where the person is now.
func (l *login) tell(where place, arrived arrival, grant jit.Grant, roles []jit.Role, change kubeconfig.Change) {
	l.say("You are %s on cluster %s%s.", arrived.identity.Name, where.name(), inGroups(arrived.identity.Groups))
	l.say("%s is checked out until %s.", grant.Access.Profile, l.until(grant.NotAfter))
	if len(roles) > 0 {
		l.say("Its role goes on to %s.", chainOf(roles))
	}
	if arrived.may != "" {
		l.say("You may: %s", arrived.may)
	}
	if !change.Wrote {
		l.say("Context %s was pointed at this already.", change.Context)
		return
	}
	l.say("Context %s in %s is pointed at it.", change.Context, change.File)
	if change.Beside != "" {
		l.say("It has got a user of its own, %s: a context of another cluster uses %s too.", change.User, change.Beside)
	}
}

// inGroups names the groups that tell somebody apart: everybody is in
// system:authenticated.
func inGroups(groups []string) string {
	var telling []string
	for _, group := range groups {
		if group != everybody {
			telling = append(telling, group)
		}
	}
	if len(telling) == 0 {
		return ""
	}
	return ", in " + strings.Join(telling, ", ")
}
