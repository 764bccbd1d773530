package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// diffObject is the answer of --diff in "-o json".
type diffObject struct {
	typeMeta
	Namespace string            `json:"namespace"`
	Here      string            `json:"here"`
	There     string            `json:"there"`
	Items     []cani.Difference `json:"items"`
}

// diff compares the view of the context at hand with the last one seen of another
// profile, or of a group.
func (c *canI) diff(ctx context.Context, at *atHand, namespace string) error {
	there, err := c.seenOf(ctx, at, namespace, c.with.value)
	if err != nil {
		return err
	}
	seen, err := c.look(ctx, at, []string{namespace})
	if err != nil {
		return err
	}
	here := c.seenView(at, seen.Views[0])
	object := diffObject{
		typeMeta: kind("AccessDifference"), Namespace: namespace, Here: here.name(), There: there.name(),
		Items: append([]cani.Difference{}, seen.Views[0].Diff(there.View)...),
	}
	l := listing{
		object:  object,
		columns: []string{"RESOURCE", "VERBS", "HERE", "THERE"},
		none:    fmt.Sprintf("Both may do the same in namespace %s.", namespace),
	}
	for _, d := range object.Items {
		l.rows = addDifference(l.rows, d)
	}
	if c.format == "" {
		c.say("Here:  %s, namespace %s", here.name(), namespace)
		c.say("There: %s, seen %s ago", there.name(), c.age(there.Seen))
	}
	if err := c.print(c.Streams.Out, c.Streams.ErrOut, l); err != nil {
		return err
	}
	c.unsaid(seen)
	return nil
}

// addDifference adds a row for the verb, or the verb to the row before, where all
// else is the same.
func addDifference(rows [][]any, d cani.Difference) [][]any {
	here := saidWithNames(d.Here, d.HereNames, d.ThereNames)
	there := saidWithNames(d.There, d.ThereNames, d.HereNames)
	if n := len(rows); n > 0 {
		if last := rows[n-1]; last[0] == d.Label() && last[2] == here && last[3] == there {
			last[1] = last[1].(string) + " " + d.Verb
			return rows
		}
	}
	return append(rows, []any{d.Label(), d.Verb, here, there})
}

// saidWithNames writes an answer with the objects it holds for, those first that
// the other side does not have: they are the difference where there are many.
func saidWithNames(answer cani.Verdict, names, others []string) string {
	const most = 3
	var own, shared []string
	for _, name := range names {
		if slices.Contains(others, name) {
			shared = append(shared, name)
		} else {
			own = append(own, name)
		}
	}
	names = slices.Concat(own, shared)
	text := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	switch {
	case text == "":
		return said(answer)
	case answer == cani.Unknown:
		return text + "; others not known"
	}
	return "only " + text
}

// said writes an answer as people say it.
func said(answer cani.Verdict) string {
	switch answer {
	case cani.Unknown:
		return "not known"
	case cani.Names:
		return "some names"
	}
	return string(answer)
}

// seenOf is the last view of a profile, or of "group/NAME", in the namespace.
func (c *canI) seenOf(ctx context.Context, at *atHand, namespace, word string) (seenView, error) {
	name := word
	if !strings.HasPrefix(word, groupView) {
		_, target, err := c.target(ctx, word)
		if err != nil {
			return seenView{}, err
		}
		name = target.access.Path()
	}
	for _, s := range seenBy(at.conn).of(at.conn.Tenant.URL, at.cluster) {
		if s.name() == name && s.View.Namespace == namespace {
			return s, nil
		}
	}
	err := jit.Errorf(jit.NotFound, "can-i", "no view of %s in namespace %s of cluster %s was seen on this machine yet", name, namespace, at.cluster.Name)
	if group, ok := strings.CutPrefix(word, groupView); ok {
		return seenView{}, err.WithNext("kubectl jit can-i -n %s --as-group %s", jit.Quote(namespace), jit.Quote(group))
	}
	return seenView{}, err.WithNext("kubectl jit login %s --new-context other && kubectl jit can-i --context other -n %s", jit.Quote(word), jit.Quote(namespace))
}

// seenView is a view of the context at hand, or of the group that is previewed.
func (c *canI) seenView(at *atHand, view cani.View) seenView {
	s := seenView{Tenant: at.conn.Tenant.URL, Profile: at.args.Profile, Cluster: at.cluster, Seen: c.Now(), View: view}
	if len(c.groups) > 0 {
		s.Profile, s.Group = "", strings.Join(c.groups, ",")
	}
	return s
}

// remember keeps views that hold every answer the cluster gives.
func (c *canI) remember(at *atHand, seen cani.Seen) {
	if c.view.wanted() || seen.Left > 0 || seen.Failed != nil {
		return
	}
	for _, view := range seen.Views {
		if err := seenBy(at.conn).keep(c.seenView(at, view)); err != nil {
			c.Note("the view is not kept for --diff and --find: %v", err)
			return
		}
	}
}
