package cani_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// cluster is an API server that serves a few resources and the reviews, and
// keeps what was asked.
type cluster struct {
	rules   authorizationv1.SubjectRulesReviewStatus
	access  func(authorizationv1.SelfSubjectAccessReviewSpec) authorizationv1.SubjectAccessReviewStatus
	person  authenticationv1.UserInfo
	rulesIn map[string]authorizationv1.SubjectRulesReviewStatus // for namespaces that differ
	refuse  int                                                 // answer every review with this status

	refuseAccess int // answer access reviews with this status

	asked authorizationv1.SelfSubjectAccessReviewSpec
	inNS  string
	mu    sync.Mutex // held by one review at a time

	calls, reviewed atomic.Int64 // all calls, and the access reviews among them
}

// client starts the cluster and returns a real clientset for it.
func (c *cluster) client(t *testing.T) kubernetes.Interface {
	t.Helper()
	mux := http.NewServeMux()
	serve := func(path string, groups ...apidiscoveryv2.APIGroupDiscovery) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			c.calls.Add(1)
			w.Header().Set("Content-Type", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
			_ = json.NewEncoder(w).Encode(apidiscoveryv2.APIGroupDiscoveryList{
				TypeMeta: metav1.TypeMeta{Kind: "APIGroupDiscoveryList", APIVersion: "apidiscovery.k8s.io/v2"}, Items: groups,
			})
		})
	}
	serve("/api", group("", "v1",
		resource("pods", "pod", "Pod", apidiscoveryv2.ScopeNamespace, "po").with("log", "get").with("exec", "create", "get"),
		resource("secrets", "secret", "Secret", apidiscoveryv2.ScopeNamespace),
		resource("nodes", "node", "Node", apidiscoveryv2.ScopeCluster, "no").with("proxy", "create", "get"),
	))
	serve("/apis", group("apps", "v1",
		resource("deployments", "deployment", "Deployment", apidiscoveryv2.ScopeNamespace, "deploy").with("scale", "get", "patch"),
	))
	c.reviews(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL, QPS: -1, ContentConfig: rest.ContentConfig{ContentType: "application/json"}})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

type served apidiscoveryv2.APIResourceDiscovery

func resource(name, singular, kind string, scope apidiscoveryv2.ResourceScope, short ...string) served {
	return served{
		Resource: name, SingularResource: singular, ShortNames: short, Scope: scope, Verbs: []string{"get", "list"},
		ResponseKind: &metav1.GroupVersionKind{Kind: kind},
	}
}

// with adds a subresource.
func (s served) with(subresource string, verbs ...string) served {
	s.Subresources = append(s.Subresources, apidiscoveryv2.APISubresourceDiscovery{Subresource: subresource, Verbs: verbs, ResponseKind: s.ResponseKind})
	return s
}

func group(name, version string, all ...served) apidiscoveryv2.APIGroupDiscovery {
	in := apidiscoveryv2.APIVersionDiscovery{Version: version, Freshness: apidiscoveryv2.DiscoveryFreshnessCurrent}
	for _, s := range all {
		in.Resources = append(in.Resources, apidiscoveryv2.APIResourceDiscovery(s))
	}
	return apidiscoveryv2.APIGroupDiscovery{ObjectMeta: metav1.ObjectMeta{Name: name}, Versions: []apidiscoveryv2.APIVersionDiscovery{in}}
}

func (c *cluster) reviews(mux *http.ServeMux) {
	review(mux, c, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", func(r *authorizationv1.SelfSubjectRulesReview) {
		c.inNS = r.Spec.Namespace
		r.Status = c.rules
		if special, ok := c.rulesIn[r.Spec.Namespace]; ok {
			r.Status = special
		}
	})
	review(mux, c, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", func(r *authorizationv1.SelfSubjectAccessReview) {
		c.asked = r.Spec
		c.reviewed.Add(1)
		r.Status = c.access(r.Spec)
	})
	review(mux, c, "/apis/authentication.k8s.io/v1/selfsubjectreviews", func(r *authenticationv1.SelfSubjectReview) {
		r.Status.UserInfo = c.person
	})
}

func review[T any](mux *http.ServeMux, c *cluster, path string, answer func(*T)) {
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		refuse := c.refuse
		if strings.HasSuffix(path, "accessreviews") {
			refuse = cmp.Or(c.refuseAccess, c.refuse)
		}
		if refuse != 0 {
			w.WriteHeader(refuse)
			return
		}
		var object T
		if err := json.NewDecoder(r.Body).Decode(&object); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.calls.Add(1)
		c.mu.Lock()
		defer c.mu.Unlock()
		answer(&object)
		write(w, object)
	})
}

func write(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}
