package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// canIView is what the table of can-i shows.
type canIView struct {
	verbs, resources []string
	all, fast        bool

	unmet []string // words of the filters that nothing has met yet
}

func (v *canIView) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&v.verbs, "verb", nil, "only these verbs")
	f.StringSliceVar(&v.resources, "resource", nil, "only these resources: pods, po, pods/log, deployments.apps")
	f.BoolVar(&v.all, "all-resources", false, "show resources on which nothing is allowed, too; those that --resource names are shown anyway")
	f.BoolVar(&v.fast, "fast", false, `ask no access reviews: what the cluster does not list is "not known"`)
}

func (v *canIView) wanted() bool { return len(v.verbs)+len(v.resources) > 0 || v.all || v.fast }

// keep is the filter: a word for the resource and a word for the verb.
func (v *canIView) keep(resource cani.Resource, verb string) bool {
	named := slices.IndexFunc(v.resources, resource.Named)
	if len(v.resources) > 0 && named < 0 {
		return false
	}
	v.unmet = slices.DeleteFunc(v.unmet, resource.Named)
	if len(v.verbs) > 0 && !slices.Contains(v.verbs, verb) {
		return false
	}
	v.unmet = slices.DeleteFunc(v.unmet, func(word string) bool { return word == verb })
	return true
}

// viewObject is what may be done in one namespace, in "-o json".
type viewObject struct {
	typeMeta
	Namespace        string         `json:"namespace"`
	Incomplete       bool           `json:"incomplete"` // some answers are unknown
	Items            []cani.Item    `json:"items"`
	NonResourceItems []cani.URLItem `json:"nonResourceItems"`
	Dangers          []cani.Danger  `json:"dangers"`
}

func objectOf(meta typeMeta, view cani.View) viewObject {
	return viewObject{
		typeMeta:         meta,
		Namespace:        view.Namespace,
		Incomplete:       view.Open() > 0 || len(view.Missing) > 0,
		Items:            append([]cani.Item{}, view.Items...),
		NonResourceItems: append([]cani.URLItem{}, view.URLs...),
		Dangers:          append([]cani.Danger{}, view.Dangers()...),
	}
}

// all shows what may be done in the namespace, or in each.
func (c *canI) all(ctx context.Context, at *atHand, namespace string) error {
	in := []string{namespace}
	if c.question.AllNamespaces {
		var err error
		if in, err = namespaces(ctx, at); err != nil {
			return err
		}
	}
	seen, err := c.look(ctx, at, in)
	if err != nil {
		return err
	}
	if err := c.show(seen.Views); err != nil {
		return err
	}
	c.unsaid(seen)
	return nil
}

// look asks the cluster, and keeps what it says.
func (c *canI) look(ctx context.Context, at *atHand, in []string) (cani.Seen, error) {
	defer c.Person.Progress("asking cluster " + at.args.Cluster.Name + " what you may do")()
	c.view.unmet = slices.Concat(c.view.verbs, c.view.resources)
	look := cani.Look{Namespaces: in, Fast: c.view.fast, Keep: c.view.keep, KeepURLs: len(c.view.unmet) == 0}
	seen, err := look.At(ctx, at.client)
	if err != nil {
		return cani.Seen{}, at.refused(err)
	}
	if len(c.view.unmet) > 0 {
		err := jit.Errorf(jit.Invalid, "can-i", "the cluster serves nothing that --verb and --resource name with %q", c.view.unmet[0])
		return cani.Seen{}, err.WithNext("kubectl api-resources --output wide")
	}
	c.remember(at, seen)
	return seen, nil
}

// namespaces lists those of the cluster.
func namespaces(ctx context.Context, at *atHand) ([]string, error) {
	list, err := at.client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if apierrors.IsForbidden(err) {
		err := jit.Errorf(jit.Denied, "list the namespaces of cluster "+at.args.Cluster.Name, "%w", err)
		return nil, err.WithNext("kubectl jit can-i -n NAMESPACE")
	}
	if err != nil {
		return nil, at.refused(jit.Errorf(jit.Unavailable, "list the namespaces of cluster "+at.args.Cluster.Name, "%w", err))
	}
	var names []string
	for _, namespace := range list.Items {
		names = append(names, namespace.Name)
	}
	if len(names) == 0 {
		return nil, jit.Errorf(jit.NotFound, "list the namespaces of cluster "+at.args.Cluster.Name, "there is none")
	}
	return names, nil
}

// show writes the views in the form asked for.
func (c *canI) show(views []cani.View) error {
	if c.format == "" {
		m := matrix{views: views, all: c.view.all || len(c.view.resources) > 0, screen: term.ScreenOf(c.Streams.Out)}
		_, err := io.WriteString(c.Streams.Out, m.text())
		return err
	}
	var object any = objectOf(kind("AccessView"), views[0])
	if c.question.AllNamespaces {
		items := []viewObject{}
		for _, view := range views {
			items = append(items, objectOf(typeMeta{}, view))
		}
		object = list("AccessViewList", items)
	}
	return c.print(c.Streams.Out, c.Streams.ErrOut, listing{object: object})
}

// unsaid tells the person why something is not known.
func (c *canI) unsaid(seen cani.Seen) {
	if missing := seen.Views[0].Missing; len(missing) > 0 {
		c.Note("The cluster did not say what these API groups serve: %s", strings.Join(missing, ", "))
	}
	open := 0
	for _, view := range seen.Views {
		open += view.Open()
	}
	if open == 0 {
		return
	}
	why := "This cluster decides in ways it cannot list, as EKS does, and --fast asks nothing more."
	switch {
	case seen.Failed != nil:
		why = fmt.Sprintf("The cluster gave no answer: %v", seen.Failed)
	case seen.Left > 0:
		why = fmt.Sprintf("%d questions are too many at once after %d; ask about fewer with -n, --resource or --verb.", seen.Left, seen.Reviews)
	}
	c.Note("%d answers are not known. %s", open, why)
}
