package cani

import (
	"context"
	"errors"
	"sync"

	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// nowhere is a namespace that cannot be: its name has a dot. No RoleBinding lies
// in it, so its rules review lists what ClusterRoleBindings grant and nothing
// else. The API server takes any name here but the empty one:
// https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/registry/authorization/selfsubjectrulesreview/rest.go
const nowhere = "cluster.only"

// parallel is how many calls are under way at once. HTTP/2 carries them all on
// one connection: the API server allows 100 on one. More than this gained nothing
// in the sandbox, whose API server has two cores.
const parallel = 64

// mostReviews bounds the access reviews of one look, so that a cluster of a
// thousand namespaces is not flooded. A namespace has some 400 cells.
const mostReviews = 10_000

// Look is what to look at.
type Look struct {
	Namespaces []string // at least one
	Fast       bool     // ask no access reviews: what rules do not tell stays unknown

	// Keep says which cells are wanted; nil means all. It is asked once for each
	// verb of each resource.
	Keep func(resource Resource, verb string) bool
	// KeepURLs says whether paths that are no resources are wanted.
	KeepURLs bool
}

// Seen is the answer to a Look.
type Seen struct {
	Views   []View // one for each namespace, in the order given
	Reviews int    // access reviews made
	Failed  error  // why an access review gave no answer; its cell is unknown. Nil where all did
	Left    int    // cells not asked about, because there were more than mostReviews
}

// At looks at the cluster. Where rules reviews are complete, it makes two calls
// for what is served, one for what holds cluster-wide and one for each namespace.
// Where not, it asks about the open cells. Codes: denied (the cluster takes no
// such token), unavailable.
func (l Look) At(ctx context.Context, client kubernetes.Interface) (Seen, error) {
	served, missing, wide, within, err := l.read(ctx, client)
	if err != nil {
		return Seen{}, err
	}
	served.learn(wide)
	for _, rules := range within {
		served.learn(rules)
	}
	kinds := served.kinds()
	s := &sheet{client: client, views: make([]View, len(l.Namespaces))}
	for i, namespace := range l.Namespaces {
		s.views[i] = View{Namespace: namespace, Kinds: kinds, Missing: missing, Everything: wide.everything(), Within: within[i].everything()}
	}
	for _, resource := range served.all {
		if !resource.Namespaced {
			s.write(s.views, "", l.item(*resource, wide))
			continue
		}
		for i, namespace := range l.Namespaces {
			s.write(s.views[i:i+1], namespace, l.item(*resource, within[i]))
		}
	}
	if l.KeepURLs {
		s.writeURLs(wide)
	}
	if !l.Fast {
		if err := s.fill(ctx); err != nil {
			return Seen{}, err
		}
	}
	for i := range s.views {
		s.views[i].sort()
	}
	return Seen{Views: s.views, Reviews: s.reviews, Failed: s.failed, Left: s.left}, nil
}

// read makes the calls that every look needs, side by side.
func (l Look) read(ctx context.Context, client kubernetes.Interface) (served catalog, missing []string, wide Rules, within []Rules, err error) {
	within = make([]Rules, len(l.Namespaces))
	errs := make([]error, len(l.Namespaces)+2)
	var discovery sync.WaitGroup
	discovery.Go(func() { served, missing, errs[0] = discover(ctx, client.Discovery()) })
	each(ctx, len(l.Namespaces)+1, func(i int) {
		if i == 0 {
			wide, errs[1] = Ask(ctx, client, nowhere)
			return
		}
		within[i-1], errs[i+1] = Ask(ctx, client, l.Namespaces[i-1])
	})
	discovery.Wait()
	if ctx.Err() != nil {
		return served, missing, wide, within, jit.Errorf(jit.Unavailable, "ask what is allowed", "%w", context.Cause(ctx))
	}
	for _, err := range errs {
		if err != nil {
			return served, missing, wide, within, err
		}
	}
	return served, missing, wide, within, nil
}

// item is the row of a resource as far as the rules tell, with the cells that
// are wanted.
func (l Look) item(resource Resource, rules Rules) Item {
	item := Item{Group: resource.Group, Resource: resource.Resource, Subresource: resource.Subresource, Namespaced: resource.Namespaced, Verbs: map[string]Cell{}}
	for _, verb := range resource.Verbs {
		if l.Keep == nil || l.Keep(resource, verb) {
			item.Verbs[verb] = rules.cell(resource.Group, path(resource.Resource, resource.Subresource), verb)
		}
	}
	return item
}

// each calls do for 0 to n-1, some at a time, until all are done or ctx ends.
func each(ctx context.Context, n int, do func(i int)) {
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(n, parallel) {
		workers.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
}

// first keeps the first error of many goroutines.
type first struct {
	mu  sync.Mutex
	err error
}

func (f *first) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil && !errors.Is(err, context.Canceled) {
		f.err = err
	}
}
