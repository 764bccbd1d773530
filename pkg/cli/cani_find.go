package cli

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// findItem is what one profile, or group, would allow.
type findItem struct {
	Profile string       `json:"profile,omitempty"`
	Group   string       `json:"group,omitempty"`
	Answer  cani.Verdict `json:"answer"`
	Seen    string       `json:"seen,omitempty"` // when, RFC 3339
}

// findAllowing says which of the person's profiles would allow something on the
// cluster at hand, from the views that were seen. It asks the broker for the
// profiles, and no cluster anything.
func (c *canI) findAllowing(ctx context.Context) error {
	files, entry, err := c.kube.entry()
	if err != nil {
		return err
	}
	cluster, known := files.EKS(entry)
	if !known || cluster.Name == "" || cluster.Region == "" {
		return unknownCluster(entry, cluster, "")
	}
	q, err := parseQuestion(c.find.value, namespaceOf(entry, c.kube.namespace))
	if err != nil {
		return err
	}
	conn, err := c.connectFor(ctx, entry)
	if err != nil {
		return err
	}
	profiles, err := conn.Profiles(ctx)
	if err != nil {
		return err
	}
	return c.showFound(conn, profiles, seenBy(conn).of(conn.Tenant.URL, cluster), q)
}

// connectFor connects to the tenant of an entry of ours, else to the usual one.
func (c *canI) connectFor(ctx context.Context, entry kubeconfig.Entry) (*caller.Connection, error) {
	if args, mine := ours(entry.Exec); mine {
		settings, err := c.Settings()
		if err != nil {
			return nil, err
		}
		return c.ConnectFor(ctx, settings, args)
	}
	return c.Connect(ctx)
}

func (c *canI) showFound(conn *caller.Connection, profiles []jit.Profile, seen []seenView, q cani.Question) error {
	items := []findItem{}
	l := listing{columns: []string{"ANSWER", "PROFILE", "FROM"}, none: "There is no profile that you may ask for."}
	allowed := false
	add := func(item findItem, shown, from string) {
		allowed = allowed || item.Answer == cani.Yes
		items = append(items, item)
		l.rows = append(l.rows, []any{said(item.Answer), shown, from})
	}
	for _, profile := range profiles {
		path := profile.Access.Path()
		answer, from := c.answerOf(seen, path, q)
		item := findItem{Profile: path, Answer: answer, Seen: stamp(from)}
		source := c.fromView(from)
		if from == nil && slices.ContainsFunc(seen, func(view seenView) bool { return view.name() == path }) {
			source = "in no view that was seen"
		}
		add(item, conn.CallIt(profile.Access), source)
	}
	for _, view := range seen {
		if view.Group != "" {
			if answer, from := c.answerOf([]seenView{view}, view.name(), q); from != nil {
				add(findItem{Group: view.Group, Answer: answer, Seen: stamp(from)}, "whatever gives "+view.name(), c.fromView(from))
			}
		}
	}
	l.object = list("AccessSearch", items)
	if c.quiet {
		return answered(allowed)
	}
	if err := c.print(c.Streams.Out, c.Streams.ErrOut, l); err != nil {
		return err
	}
	return answered(allowed)
}

// answered is the exit status of a question.
func answered(yes bool) error {
	if yes {
		return nil
	}
	return caller.ErrAnsweredNo
}

// answerOf reads the answer out of the newest view of that name that has one.
func (c *canI) answerOf(seen []seenView, name string, q cani.Question) (cani.Verdict, *seenView) {
	for i := range seen {
		if seen[i].name() != name {
			continue
		}
		if cell, ok := seen[i].View.Answer(q); ok {
			return cell.Answer, &seen[i]
		}
	}
	return cani.Unknown, nil
}

func (c *canI) fromView(s *seenView) string {
	if s == nil {
		return "never seen here"
	}
	return "namespace " + s.View.Namespace + ", seen " + c.age(s.Seen) + " ago"
}

func stamp(s *seenView) string {
	if s == nil {
		return ""
	}
	return s.Seen.UTC().Format("2006-01-02T15:04:05Z")
}

// parseQuestion reads "VERB RESOURCE [NAME] [-n NAMESPACE] [--subresource S]".
func parseQuestion(text, namespace string) (cani.Question, error) {
	q := cani.Question{Namespace: namespace}
	f := pflag.NewFlagSet("find", pflag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVarP(&q.Namespace, "namespace", "n", namespace, "")
	f.BoolVarP(&q.AllNamespaces, "all-namespaces", "A", false, "")
	f.StringVar(&q.Subresource, "subresource", "", "")
	err := f.Parse(strings.Fields(text))
	if words := f.Args(); err == nil && (len(words) == 2 || len(words) == 3) {
		q.Verb, q.Resource = words[0], words[1]
		if len(words) == 3 {
			q.Name = words[2]
		}
		return q, nil
	}
	return q, jit.Errorf(jit.Invalid, "can-i", "--find wants a question such as 'delete pods -n shop', not %q", text).
		WithNext("kubectl jit can-i --find 'delete pods -n shop'")
}
