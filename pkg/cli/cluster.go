package cli

import (
	"net/http"
	"net/url"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// clusterTimeout is how long one call to a cluster may take.
const clusterTimeout = 15 * time.Second

// client talks to the cluster of a kubeconfig entry with a token of ours: with
// the entry's own server, certificate authority and proxy, as kubectl does.
func (e *env) client(entry kubeconfig.Entry, token jit.Token) (kubernetes.Interface, error) {
	return e.clientAs(entry, token, rest.ImpersonationConfig{})
}

// clientAs is client, and impersonates somebody.
func (e *env) clientAs(entry kubeconfig.Entry, token jit.Token, as rest.ImpersonationConfig) (kubernetes.Interface, error) {
	op := "connect to cluster " + entry.Cluster
	restConfig := &rest.Config{
		Host:               entry.Server,
		BearerToken:        token.Value.Reveal(),
		Impersonate:        as,
		UserAgent:          string(e.Called) + "/" + e.Version,
		Timeout:            clusterTimeout,
		QPS:                -1, // the server limits, not this client
		DisableCompression: entry.DisableCompression,
		TLSClientConfig: rest.TLSClientConfig{
			CAData:     entry.CAData,
			CAFile:     entry.CAFile,
			ServerName: entry.TLSServerName,
			Insecure:   entry.InsecureSkipTLSVerify,
		},
	}
	if !rest.IsConfigTransportTLS(*restConfig) {
		return nil, jit.Errorf(jit.Invalid, op, "its server %q is not https: a token would travel in the clear", shown(entry.Server)).
			WithNext("kubectl config set-cluster %s --server https://HOST", jit.Quote(entry.Cluster))
	}
	if entry.ProxyURL != "" {
		proxy, err := url.Parse(entry.ProxyURL)
		if err != nil {
			return nil, jit.Errorf(jit.Invalid, op, "its proxy-url is no URL"). // and may hold a password
												WithNext("kubectl config set-cluster %s --proxy-url URL", jit.Quote(entry.Cluster))
		}
		restConfig.Proxy = http.ProxyURL(proxy)
	}
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	return client, nil
}

// shown is an address without the password that it may hold.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(no URL)"
	}
	return u.Redacted()
}
