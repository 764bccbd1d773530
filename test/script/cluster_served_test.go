package script_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
)

// hostile is a name that would clear the screen.
const hostile = "dragons\x1b[2J"

// serve answers what can-i asks a cluster beside the rules: what it serves, which
// namespaces there are, and whether something is allowed.
func (c *cluster) serve(mux *http.ServeMux) {
	type served = apidiscoveryv2.APIResourceDiscovery
	verbs := []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
	resource := func(name, short string, scope apidiscoveryv2.ResourceScope, subresources ...string) served {
		r := served{Resource: name, ShortNames: []string{short}, Scope: scope, Verbs: verbs, ResponseKind: &metav1.GroupVersionKind{Kind: name}}
		for _, subresource := range subresources {
			r.Subresources = append(r.Subresources, apidiscoveryv2.APISubresourceDiscovery{Subresource: subresource, Verbs: []string{"create", "get"}, ResponseKind: r.ResponseKind})
		}
		return r
	}
	group := func(name string, all ...served) apidiscoveryv2.APIGroupDiscovery {
		version := apidiscoveryv2.APIVersionDiscovery{Version: "v1", Resources: all, Freshness: apidiscoveryv2.DiscoveryFreshnessCurrent}
		return apidiscoveryv2.APIGroupDiscovery{ObjectMeta: metav1.ObjectMeta{Name: name}, Versions: []apidiscoveryv2.APIVersionDiscovery{version}}
	}
	discovery := func(path string, groups ...apidiscoveryv2.APIGroupDiscovery) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
			_ = json.NewEncoder(w).Encode(apidiscoveryv2.APIGroupDiscoveryList{
				TypeMeta: metav1.TypeMeta{APIVersion: "apidiscovery.k8s.io/v2", Kind: "APIGroupDiscoveryList"}, Items: groups,
			})
		})
	}
	discovery("/api", group("",
		resource("nodes", "no", apidiscoveryv2.ScopeCluster, "proxy"),
		resource("pods", "po", apidiscoveryv2.ScopeNamespace, "exec", "log"),
		resource("secrets", "sec", apidiscoveryv2.ScopeNamespace),
	))
	discovery("/apis", group("apps", resource("deployments", "deploy", apidiscoveryv2.ScopeNamespace, "scale")),
		group("evil.example.com", resource(hostile, "dr", apidiscoveryv2.ScopeNamespace)))
	mux.HandleFunc("GET /api/v1/namespaces", c.namespaces)
	mux.HandleFunc("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", c.access)
}

// namespaces are listed to readers only.
func (c *cluster) namespaces(w http.ResponseWriter, r *http.Request) {
	user, err := c.user(r)
	switch {
	case err != nil:
		refuse(w, err)
	case user.Groups[0] != "readers":
		forbid(w, "namespaces is forbidden")
	default:
		list := corev1.NamespaceList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "NamespaceList"}}
		for _, name := range []string{"default", "kube-system", "shop"} {
			list.Items = append(list.Items, corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
		}
		answer(w, http.StatusOK, list)
	}
}

// access allows what the rules of everybody's groups give, and to readers pods'
// logs and, in namespace shop, secrets and dragons.
func (c *cluster) access(w http.ResponseWriter, r *http.Request) {
	user, err := c.user(r)
	var review authorizationv1.SelfSubjectAccessReview
	if err == nil {
		body, _ := io.ReadAll(r.Body)
		_, _, err = scheme.Codecs.UniversalDeserializer().Decode(body, nil, &review) // client-go sends protobuf
	}
	if err != nil {
		refuse(w, err)
		return
	}
	asked := review.Spec.ResourceAttributes
	read := asked != nil && slices.Contains([]string{"get", "list"}, asked.Verb)
	switch {
	case asked == nil:
	case user.Groups[0] == "pod-managers":
		if review.Status.Allowed = asked.Resource == "pods" && asked.Subresource == ""; review.Status.Allowed {
			review.Status.Reason = `RBAC: allowed by ClusterRoleBinding "manage-pods-global" of ClusterRole "pod-manager" to Group "pod-managers"`
		}
	case read && asked.Resource == "pods":
		review.Status.Allowed = strings.Contains("log", asked.Subresource)
	case read && asked.Namespace == "shop" && slices.Contains([]string{"secrets", hostile}, asked.Resource):
		review.Status = authorizationv1.SubjectAccessReviewStatus{Allowed: true, Reason: "the shop's \x1b[31mown"}
	}
	answer(w, http.StatusCreated, review)
}
