package cani_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// cluster is an API server that serves a few resources and the reviews, and
// keeps what was asked.
type cluster struct {
	rules  authorizationv1.SubjectRulesReviewStatus
	access func(authorizationv1.SelfSubjectAccessReviewSpec) authorizationv1.SubjectAccessReviewStatus
	person authenticationv1.UserInfo
	refuse int // answer every review with this status

	asked authorizationv1.SelfSubjectAccessReviewSpec
	inNS  string
}

// client starts the cluster and returns a real clientset for it.
func (c *cluster) client(t *testing.T) kubernetes.Interface {
	t.Helper()
	mux := http.NewServeMux()
	serve := func(path string, answer any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { write(w, answer) })
	}
	resource := func(name, singular, kind string, namespaced bool, short ...string) metav1.APIResource {
		return metav1.APIResource{Name: name, SingularName: singular, Kind: kind, Namespaced: namespaced, ShortNames: short, Verbs: metav1.Verbs{"get", "list"}}
	}
	serve("/api", metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}})
	apps := metav1.GroupVersionForDiscovery{GroupVersion: "apps/v1", Version: "v1"}
	serve("/apis", metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList"}, Groups: []metav1.APIGroup{
		{Name: "apps", Versions: []metav1.GroupVersionForDiscovery{apps}, PreferredVersion: apps},
	}})
	serve("/api/v1", metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList"}, GroupVersion: "v1", APIResources: []metav1.APIResource{
		resource("pods", "pod", "Pod", true, "po"), resource("pods/log", "", "Pod", true),
		resource("nodes", "node", "Node", false, "no"),
	}})
	serve("/apis/apps/v1", metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList"}, GroupVersion: "apps/v1", APIResources: []metav1.APIResource{
		resource("deployments", "deployment", "Deployment", true, "deploy"),
	}})
	c.reviews(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{ContentType: "application/json"}})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (c *cluster) reviews(mux *http.ServeMux) {
	review(mux, c, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", func(r *authorizationv1.SelfSubjectRulesReview) {
		c.inNS = r.Spec.Namespace
		r.Status = c.rules
	})
	review(mux, c, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", func(r *authorizationv1.SelfSubjectAccessReview) {
		c.asked = r.Spec
		r.Status = c.access(r.Spec)
	})
	review(mux, c, "/apis/authentication.k8s.io/v1/selfsubjectreviews", func(r *authenticationv1.SelfSubjectReview) {
		r.Status.UserInfo = c.person
	})
}

func review[T any](mux *http.ServeMux, c *cluster, path string, answer func(*T)) {
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		if c.refuse != 0 {
			w.WriteHeader(c.refuse)
			return
		}
		var object T
		if err := json.NewDecoder(r.Body).Decode(&object); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		answer(&object)
		write(w, object)
	})
}

func write(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}
