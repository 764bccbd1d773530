package cli

import (
	"crypto/x509"
	"net/url"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

// described takes the cluster that the broker describes: a context that leads to
// its server, the one at hand before others, or else a new one, called like the
// environment. A token goes nowhere but to that server.
func (l *login) described(files *kubeconfig.Files, profile jit.Profile, ask mint.Ask) (place, error) {
	op := "find the cluster of " + profile.Environment
	if l.cluster != (jit.Cluster{}) {
		return place{}, jit.Errorf(jit.Invalid, op, "--cluster and --region are of EKS; the profile is the cluster's own").
			WithNext("kubectl jit login %s", jit.Quote(profile.Path()))
	}
	if len(ask.Roles) > 0 {
		return place{}, jit.Errorf(jit.Invalid, op, "the profile gives a token for it, and no AWS keys to assume a role with").
			WithNext("kubectl jit login %s", jit.Quote(profile.Path()))
	}
	if err := checkEndpoint(profile.Cluster); err != nil {
		return place{}, jit.Errorf(jit.Unavailable, op, "what the broker says of it: %w", err)
	}
	entry, there, err := l.leadingTo(files, profile.Cluster.Server)
	if err != nil || there {
		return place{entry: entry}, err
	}
	if l.kube.context != "" {
		return place{}, jit.Errorf(jit.Invalid, op, "context %s leads elsewhere: the cluster is %s", l.kube.context, profile.Cluster.Server).
			WithNext("kubectl jit login %s --new-context NAME", jit.Quote(ask.Name))
	}
	add := kubeconfig.NewCluster{Name: profile.Environment, Server: profile.Cluster.Server, CAData: []byte(profile.Cluster.CA)}
	entry = kubeconfig.Entry{
		Context: add.Name, Cluster: add.Name,
		ClusterEntry: kubeconfig.ClusterEntry{Server: add.Server, CAData: add.CAData},
	}
	return place{entry: entry, add: &add}, nil
}

// leadingTo is the context of --context, or the current one, or the first by name,
// that leads to a server.
func (l *login) leadingTo(files *kubeconfig.Files, server string) (kubeconfig.Entry, bool, error) {
	entry, err := files.Entry(l.kube.context)
	switch {
	case err == nil && sameServer(entry.Server, server):
		return entry, true, nil
	case l.kube.context != "":
		return entry, false, err
	case err != nil && jit.CodeOf(err) != jit.NotFound:
		return entry, false, err
	}
	entries, err := files.Entries()
	if jit.CodeOf(err) == jit.NotFound { // there is no file yet
		return entry, false, nil
	}
	for _, entry := range entries {
		if sameServer(entry.Server, server) {
			return entry, true, err
		}
	}
	return kubeconfig.Entry{}, false, err
}

func sameServer(a, b string) bool {
	return strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}

// checkEndpoint says what is wrong with what a broker says of a cluster, if anything,
// and who can mend it.
func checkEndpoint(e jit.Endpoint) error {
	wrong := func(format string, args ...any) error {
		return jit.Errorf(jit.Invalid, "", format, args...).WithNext("ask the broker's administrator for apiServerUrl and certificateAuthorityData")
	}
	u, err := url.Parse(e.Server)
	switch {
	case e.Server == "":
		return wrong("it names no API server")
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil:
		return wrong("%q is no address of an API server, which begins with https://", e.Server)
	case !x509.NewCertPool().AppendCertsFromPEM([]byte(e.CA)):
		return wrong("its certificate authority is no PEM certificate in base64")
	}
	return nil
}
