package cani

import (
	"context"
	"maps"
	"slices"

	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// wellKnown are paths that are worth a row though no rule names them.
func wellKnown() []string {
	return []string{"/debug/pprof", "/healthz", "/logs", "/metrics", "/openapi/v2", "/version"}
}

// few is how many open cells are asked about outright: they take one round of
// calls, as the question whether everything is allowed does.
const few = 16

// sheet is views that are being filled.
type sheet struct {
	client  kubernetes.Interface
	views   []View
	open    []openCell
	reviews int
	left    int
	failed  error
}

// openCell is one question that the rules left open, and the rows that its
// answer goes to: those of all views where the resource lies in no namespace.
type openCell struct {
	spec authorizationv1.SelfSubjectAccessReviewSpec
	verb string
	rows []map[string]Cell
}

// write gives the views a row and notes what of it is open.
func (s *sheet) write(views []View, namespace string, item Item) {
	if len(item.Verbs) == 0 {
		return
	}
	rows := make([]map[string]Cell, len(views))
	for i := range views {
		own := item
		own.Verbs = maps.Clone(item.Verbs)
		views[i].Items = append(views[i].Items, own)
		rows[i] = own.Verbs
	}
	for _, verb := range slices.Sorted(maps.Keys(item.Verbs)) {
		if cell := item.Verbs[verb]; cell.Answer == Unknown {
			s.open = append(s.open, openCell{
				spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
					Namespace: namespace, Verb: verb, Group: item.Group, Resource: item.Resource, Subresource: item.Subresource,
				}},
				verb: verb, rows: rows,
			})
		}
	}
}

// writeURLs gives each view the paths that the cluster-wide rules name, and those
// everybody knows. No namespace has paths of its own.
func (s *sheet) writeURLs(rules Rules) {
	verbs := map[string][]string{}
	for _, url := range wellKnown() {
		verbs[url] = []string{"get"}
	}
	for _, row := range rules.URLs {
		verbs[row.URL] = union(verbs[row.URL], row.Verbs)
	}
	for _, url := range slices.Sorted(maps.Keys(verbs)) {
		cells := map[string]Cell{}
		rows := make([]map[string]Cell, len(s.views))
		for _, verb := range verbs[url] {
			cells[verb] = rules.urlCell(url, verb)
		}
		for i := range s.views {
			rows[i] = maps.Clone(cells)
			s.views[i].URLs = append(s.views[i].URLs, URLItem{URL: url, Verbs: rows[i]})
		}
		for verb, cell := range cells {
			if cell.Answer == Unknown {
				spec := authorizationv1.SelfSubjectAccessReviewSpec{NonResourceAttributes: &authorizationv1.NonResourceAttributes{Verb: verb, Path: url}}
				s.open = append(s.open, openCell{spec: spec, verb: verb, rows: rows})
			}
		}
	}
}

// fill asks about all that is open: first whether everything is allowed, which
// answers for all resources at once, then cell by cell.
func (s *sheet) fill(ctx context.Context) error {
	var failed first
	if len(s.open) > few {
		s.askEverything(ctx, &failed)
	}
	s.open = slices.DeleteFunc(s.open, s.answered)
	if s.left = max(0, len(s.open)-mostReviews); s.left > 0 {
		s.open = s.open[:mostReviews]
	}
	allowed := s.ask(ctx, len(s.open), func(i int) authorizationv1.SelfSubjectAccessReviewSpec { return s.open[i].spec }, &failed)
	for i, open := range s.open {
		open.settle(allowed[i])
	}
	switch s.failed = failed.err; {
	case ctx.Err() != nil:
		return jit.Errorf(jit.Unavailable, "ask what is allowed", "%w", context.Cause(ctx))
	case apierrors.IsUnauthorized(s.failed):
		return refusal("ask what is allowed", s.failed)
	}
	return nil
}

// askEverything asks whether every verb on every resource is allowed: cluster-wide,
// and in each namespace.
func (s *sheet) askEverything(ctx context.Context, failed *first) {
	allowed := s.ask(ctx, len(s.views)+1, func(i int) authorizationv1.SelfSubjectAccessReviewSpec {
		everything := authorizationv1.ResourceAttributes{Verb: "*", Group: "*", Resource: "*"}
		if i > 0 {
			everything.Namespace = s.views[i-1].Namespace
		}
		return authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &everything}
	}, failed)
	for i := range s.views {
		s.views[i].Everything = s.views[i].Everything || allowed[0] == Yes
		s.views[i].Within = s.views[i].Within || s.views[i].Everything || allowed[i+1] == Yes
	}
}

// answered settles a cell that "everything" answers.
func (s *sheet) answered(open openCell) bool {
	asked := open.spec.ResourceAttributes
	if asked == nil {
		return false
	}
	for _, view := range s.views {
		if view.Everything || asked.Namespace != "" && asked.Namespace == view.Namespace && view.Within {
			open.settle(Yes)
			return true
		}
	}
	return false
}

// ask makes n access reviews, some at a time. Unknown is the answer of one that
// failed.
func (s *sheet) ask(ctx context.Context, n int, spec func(i int) authorizationv1.SelfSubjectAccessReviewSpec, failed *first) []Verdict {
	answers := slices.Repeat([]Verdict{Unknown}, n)
	reviews := s.client.AuthorizationV1().SelfSubjectAccessReviews()
	each(ctx, n, func(i int) {
		answer, err := reviews.Create(ctx, &authorizationv1.SelfSubjectAccessReview{Spec: spec(i)}, metav1.CreateOptions{})
		switch {
		case err != nil:
			failed.set(err)
		case answer.Status.Allowed:
			answers[i] = Yes
		default:
			answers[i] = No
		}
	})
	s.reviews += n
	return answers
}

// settle writes an answer into all rows. No to the question without a name, where
// a rule has names, is these names.
func (o openCell) settle(answer Verdict) {
	for _, row := range o.rows {
		switch cell := row[o.verb]; {
		case answer == No && len(cell.Names) > 0:
			row[o.verb] = Cell{Answer: Names, Basis: ByRule, Names: cell.Names}
		case answer != Unknown:
			row[o.verb] = Cell{Answer: answer, Basis: ByReview}
		}
	}
}
