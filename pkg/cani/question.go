package cani

import (
	"context"
	"fmt"
	"slices"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/restmapper"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Question is one access asked about, in the words of kubectl auth can-i.
type Question struct {
	Verb          string
	Resource      string // "pods", "deploy", "deployments.apps", "pods/web-1" (an object), "/healthz" (a URL), "*"
	Name          string // an object, where Resource names none
	Subresource   string // "log": pods/log would be the pod of that name, as in kubectl
	Namespace     string
	AllNamespaces bool
}

// Answer is what kubectl auth can-i would print.
type Answer struct {
	Allowed  bool
	Text     string   // "yes", "no", or "no - REASON"
	Warnings []string // for stderr, without kubectl's "Warning: " before them
}

// Can makes one SelfSubjectAccessReview, after looking the resource up among
// those the cluster serves. It answers as kubectl auth can-i, but for one thing:
// a cluster-scoped kind is asked about without a namespace, because a RoleBinding
// in that namespace would make it a yes that is none. Codes: invalid (the
// question contradicts itself), denied (the cluster takes no such token),
// unavailable.
func Can(ctx context.Context, client kubernetes.Interface, q Question) (Answer, error) {
	spec, warnings, err := q.spec(ctx, client.Discovery())
	if err != nil {
		return Answer{}, err
	}
	review := &authorizationv1.SelfSubjectAccessReview{Spec: spec}
	answer, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return Answer{Warnings: warnings}, refusal("ask whether "+q.Verb+" "+q.Resource+" is allowed", err)
	}
	return Answer{Allowed: answer.Status.Allowed, Text: text(answer.Status), Warnings: warnings}, nil
}

func text(status authorizationv1.SubjectAccessReviewStatus) string {
	if status.Allowed {
		return "yes"
	}
	parts := []string{"no"}
	for _, why := range []string{status.Reason, status.EvaluationError} {
		if why != "" {
			parts = append(parts, why)
		}
	}
	return strings.Join(parts, " - ")
}

// spec is the question as the API server takes it.
func (q Question) spec(ctx context.Context, client discovery.DiscoveryInterface) (authorizationv1.SelfSubjectAccessReviewSpec, []string, error) {
	if strings.HasPrefix(q.Resource, "/") {
		return q.urlSpec()
	}
	resource, name, named := strings.Cut(q.Resource, "/")
	switch {
	case resource == "":
		return authorizationv1.SelfSubjectAccessReviewSpec{}, nil, jit.Errorf(jit.Invalid, "can-i", "the resource is missing")
	case named && q.Name != "":
		return authorizationv1.SelfSubjectAccessReviewSpec{}, nil, jit.Errorf(jit.Invalid, "can-i", "two names are given: %s and %s", name, q.Name)
	case !named:
		name = q.Name
	}
	served := newServed(client)
	gvr, warnings := served.find(ctx, resource)
	if _, isSub := served.resource(ctx, gvr, name); isSub && named && q.Subresource == "" {
		warnings = append(warnings, fmt.Sprintf("this asks for the object '%s' of %s; --subresource %s asks for %s/%s", name, gvr.Resource, name, gvr.Resource, name))
	}
	namespace := q.Namespace
	if q.AllNamespaces {
		namespace = ""
	} else {
		if !served.namespaced(ctx, gvr) {
			namespace = ""
			warnings = append(warnings, "resource '"+gvr.Resource+"' is not namespace scoped"+inGroup(gvr.Group))
		}
		if !slices.Contains(resourceVerbs(), q.Verb) {
			warnings = append(warnings, fmt.Sprintf("verb '%s' is not a known verb", q.Verb))
		}
	}
	return authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
		Namespace: namespace, Verb: q.Verb, Group: gvr.Group, Resource: gvr.Resource, Subresource: q.Subresource, Name: name,
	}}, warnings, nil
}

func (q Question) urlSpec() (authorizationv1.SelfSubjectAccessReviewSpec, []string, error) {
	if q.Subresource != "" || q.Name != "" {
		return authorizationv1.SelfSubjectAccessReviewSpec{}, nil, jit.Errorf(jit.Invalid, "can-i", "a URL has no subresource and no name")
	}
	var warnings []string
	if !slices.Contains(urlVerbs(), q.Verb) {
		warnings = append(warnings, fmt.Sprintf("verb '%s' is not a known verb", q.Verb))
	}
	return authorizationv1.SelfSubjectAccessReviewSpec{
		NonResourceAttributes: &authorizationv1.NonResourceAttributes{Verb: q.Verb, Path: q.Resource},
	}, warnings, nil
}

// resourceVerbs lists the verbs kubectl knows for resources.
func resourceVerbs() []string {
	return []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection",
		"use", "bind", "impersonate", "*", "approve", "sign", "escalate", "attest"}
}

// urlVerbs lists the verbs kubectl knows for URLs.
func urlVerbs() []string {
	return []string{"get", "put", "post", "head", "options", "delete", "patch", "*"}
}

// served is what the cluster serves, read once and when it is needed.
type served struct {
	cached discovery.CachedDiscoveryInterfaceWithContext
	mapper meta.RESTMapperWithContext
}

func newServed(client discovery.DiscoveryInterface) served {
	cached := memory.NewMemCacheClientWithContext(discovery.ToDiscoveryInterfaceWithContext(client))
	mapper := restmapper.NewDeferredDiscoveryRESTMapperWithContext(cached)
	return served{cached, restmapper.NewShortcutExpanderWithContext(mapper, cached, func(string) {})}
}

// find resolves what a person calls a resource. One that is not served is asked
// about as it is written, with a warning, as in kubectl.
func (s served) find(ctx context.Context, word string) (schema.GroupVersionResource, []string) {
	if word == "*" {
		return schema.GroupVersionResource{Resource: word}, nil
	}
	full, short := schema.ParseResourceArg(strings.ToLower(word))
	if full != nil {
		if gvr, err := s.mapper.ResourceForWithContext(ctx, *full); err == nil {
			return gvr, nil
		}
	}
	gvr, err := s.mapper.ResourceForWithContext(ctx, short.WithVersion(""))
	if err == nil {
		return gvr, nil
	}
	asWritten := schema.GroupVersionResource{Resource: word}
	if name := short.String(); name == "users" || name == "groups" { // served nowhere, and impersonated all the same
		return asWritten, nil
	}
	return asWritten, []string{"the server doesn't have a resource type '" + short.Resource + "'" + inGroup(short.Group)}
}

// namespaced reports whether objects of the resource live in namespaces; true
// where that cannot be told.
func (s served) namespaced(ctx context.Context, gvr schema.GroupVersionResource) bool {
	found, ok := s.resource(ctx, gvr, "")
	return !ok || found.Namespaced
}

// resource is what the cluster serves under the name, or as a subresource of it.
func (s served) resource(ctx context.Context, gvr schema.GroupVersionResource, subresource string) (metav1.APIResource, bool) {
	if gvr.Version == "" {
		return metav1.APIResource{}, false
	}
	list, err := s.cached.ServerResourcesForGroupVersionWithContext(ctx, gvr.GroupVersion().String())
	if err != nil {
		return metav1.APIResource{}, false
	}
	for _, resource := range list.APIResources {
		if resource.Name == path(gvr.Resource, subresource) {
			return resource, true
		}
	}
	return metav1.APIResource{}, false
}

func inGroup(group string) string {
	if group == "" {
		return ""
	}
	return " in group '" + group + "'"
}
