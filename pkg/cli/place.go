package cli

import (
	"context"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
)

// place is where login is to lead: a context that is there, or a cluster that
// EKS has yet to describe, or one that the broker has described.
type place struct {
	entry   kubeconfig.Entry
	cluster jit.Cluster            // zero for a Kubernetes application
	add     *kubeconfig.NewCluster // set once a cluster is described for which there is no context
}

// name is what people call it.
func (p place) name() string {
	if p.cluster == (jit.Cluster{}) {
		return p.entry.Cluster
	}
	return called(p.cluster)
}

// placeFor is where the access is used: on the cluster that it is, or on that of
// the context at hand.
func (l *login) placeFor(ctx context.Context, files *kubeconfig.Files, conn *caller.Connection, ask mint.Ask) (place, error) {
	all, err := conn.Profiles(ctx)
	if err != nil {
		return place{}, err
	}
	if profile, is := itself(ask.Access, all); is {
		return l.described(files, profile, ask)
	}
	where, err := l.place(files)
	if err == nil {
		return where, nil
	}
	if _, unknown := exactly(ask.Access, all); unknown != nil {
		return place{}, unknown
	}
	return place{}, err
}

// itself reports whether an access is a cluster itself, which only the listing says.
func itself(access jit.Access, all []jit.Profile) (profile jit.Profile, is bool) {
	for _, profile := range all {
		if profile.Means(access) && strings.EqualFold(profile.Type, jit.Kubernetes) {
			return profile, true
		}
	}
	return jit.Profile{}, false
}

// place takes the context at hand. People arrive with one that "aws eks
// update-kubeconfig" once wrote, and with a role that may have no right at all
// at EKS: so the cluster's name and region come from that context, and EKS is
// asked only where there is no such context.
func (l *login) place(files *kubeconfig.Files) (place, error) {
	entry, err := files.Entry(l.kube.context)
	if err != nil {
		if l.kube.context == "" && l.cluster.Region != "" && jit.CodeOf(err) == jit.NotFound {
			return place{cluster: l.cluster}, nil
		}
		return place{}, err
	}
	cluster, known := files.EKS(entry)
	if there, elsewhere := l.elsewhere(cluster, known); elsewhere {
		return contextOf(files, there)
	}
	if l.cluster.Name != "" {
		cluster.Name = l.cluster.Name
	}
	if l.cluster.Region != "" {
		cluster.Region = l.cluster.Region
	}
	if cluster.Name == "" || cluster.Region == "" {
		return place{}, unknownCluster(entry, cluster, l.newContext)
	}
	return place{entry: entry, cluster: cluster}, nil
}

// elsewhere reports whether the flags name another cluster than the current
// context's. Where --context is given, they say which cluster that one is.
func (l *login) elsewhere(current jit.Cluster, known bool) (jit.Cluster, bool) {
	there := l.cluster
	if there.Region == "" && known {
		there.Region = current.Region
	}
	if l.kube.context != "" || there.Name == "" || there.Region == "" {
		return there, false
	}
	return there, !known || current != there
}

// contextOf takes the context of a cluster, where there is one.
func contextOf(files *kubeconfig.Files, cluster jit.Cluster) (place, error) {
	entries, err := files.Entries()
	if err != nil {
		return place{}, err
	}
	for _, entry := range entries {
		if is, known := files.EKS(entry); known && is == cluster {
			return place{entry: entry, cluster: cluster}, nil
		}
	}
	return place{cluster: cluster}, nil
}

// unknownCluster names the login that would know it, and that leaves the context alone
// where this one did.
func unknownCluster(entry kubeconfig.Entry, cluster jit.Cluster, newContext string) error {
	flags := "--cluster NAME --region REGION"
	switch {
	case cluster.Name != "":
		flags = "--region REGION"
	case cluster.Region != "":
		flags = "--cluster NAME"
	}
	if newContext != "" {
		flags += " --new-context " + jit.Quote(newContext)
	}
	err := jit.Errorf(jit.Invalid, "read context "+entry.Context, "it does not tell which EKS cluster it is")
	return err.WithNext("kubectl jit login PROFILE --context %s %s", jit.Quote(entry.Context), flags)
}

// locate asks EKS about a cluster for which there is no context.
func (l *login) locate(ctx context.Context, conn *caller.Connection, ask mint.Ask, where place) (place, error) {
	if where.entry.Context != "" {
		return where, nil
	}
	credential, err := conn.Mint.Credential(ctx, ask)
	if err != nil {
		return place{}, err
	}
	found, err := account.Finder{}.Find(ctx, credential, where.cluster.Region, where.cluster.Name)
	if err != nil {
		return place{}, err
	}
	entry := kubeconfig.Entry{
		Context:      found.ARN,
		Cluster:      found.ARN,
		ClusterEntry: kubeconfig.ClusterEntry{Server: found.Endpoint, CAData: found.CAData},
	}
	add := kubeconfig.NewCluster{Name: found.ARN, Server: found.Endpoint, CAData: found.CAData}
	return place{entry: entry, cluster: found.Cluster, add: &add}, nil
}
