package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
)

type canI struct {
	*env
	output
	kube     kubeFlags
	question cani.Question
	quiet    bool
}

func newCanI(e *env) *cobra.Command {
	c := canI{env: e}
	cmd := &cobra.Command{
		Use:   "can-i [VERB] [RESOURCE | RESOURCE/NAME | URL] [NAME]",
		Short: "Show what you may do on the cluster, or answer for one action",
		Long: `Show what you may do in a namespace of the context at hand, as a table.

With a verb and a resource it answers "yes" or "no" as "kubectl auth can-i" does,
with the same words and the same exit status.`,
		Example: `  kubectl jit can-i
  kubectl jit can-i -n shop -o json
  kubectl jit can-i delete pods
  kubectl jit can-i get pods/web-1 --subresource log`,
		Args: canIArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },
	}
	c.kube.flags(cmd)
	c.kube.namespaceFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&c.question.Subresource, "subresource", "", "a subresource, such as log or scale")
	f.BoolVarP(&c.question.AllNamespaces, "all-namespaces", "A", false, "ask for all namespaces at once")
	f.BoolVarP(&c.quiet, "quiet", "q", false, "print nothing, answer by the exit status")
	c.output.flag(cmd, "json", "yaml")
	return cmd
}

// canIArgs takes no word, or a verb and what it is for.
func canIArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return wants("VERB", "RESOURCE", "[NAME]")(cmd, args)
}

func (c *canI) run(ctx context.Context, args []string) error {
	at, err := c.atHand(ctx, c.kube)
	if err != nil {
		return err
	}
	namespace := namespaceOf(at.entry, c.kube.namespace)
	if len(args) == 0 {
		return c.all(ctx, at, namespace)
	}
	question := c.question
	question.Verb, question.Resource, question.Namespace = args[0], args[1], namespace
	if len(args) == 3 {
		question.Name = args[2]
	}
	return c.one(ctx, at, question)
}

// one answers for one action.
func (c *canI) one(ctx context.Context, at *atHand, question cani.Question) error {
	answer, err := cani.Can(ctx, at.client, question)
	if err != nil {
		return at.refused(err)
	}
	if !c.quiet {
		for _, warning := range answer.Warnings {
			c.Note("Warning: %s", warning)
		}
		c.say("%s", answer.Text)
	}
	if !answer.Allowed {
		return caller.ErrAnsweredNo
	}
	return nil
}

// viewObject is the answer for a whole namespace in "-o json".
type viewObject struct {
	typeMeta
	Namespace        string     `json:"namespace"`
	Incomplete       bool       `json:"incomplete"`
	Items            []viewItem `json:"items"`
	NonResourceItems []urlItem  `json:"nonResourceItems,omitempty"`
}

type viewItem struct {
	Group    string   `json:"group"`
	Resource string   `json:"resource"`
	Names    []string `json:"names,omitempty"`
	Verbs    []string `json:"verbs"`
}

type urlItem struct {
	URL   string   `json:"url"`
	Verbs []string `json:"verbs"`
}

// all shows the whole namespace.
func (c *canI) all(ctx context.Context, at *atHand, namespace string) error {
	view, err := cani.Ask(ctx, at.client, namespace)
	if err != nil {
		return at.refused(err)
	}
	object := viewObject{typeMeta: kind("AccessView"), Namespace: view.Namespace, Incomplete: view.Incomplete, Items: []viewItem{}}
	l := listing{
		columns: []string{"RESOURCE", "NAMES", "VERBS"},
		none:    fmt.Sprintf("The cluster lists nothing that you may do in namespace %s.", view.Namespace),
	}
	for _, row := range view.Rows {
		object.Items = append(object.Items, viewItem{row.Group, row.Resource, row.Names, row.Verbs})
		l.rows = append(l.rows, []any{row.Label(), strings.Join(row.Names, ","), strings.Join(row.Verbs, " ")})
	}
	for _, row := range view.URLs {
		object.NonResourceItems = append(object.NonResourceItems, urlItem{row.URL, row.Verbs})
		l.rows = append(l.rows, []any{row.URL, "", strings.Join(row.Verbs, " ")})
	}
	l.object = object
	if err := c.print(c.Streams.Out, c.Streams.ErrOut, l); err != nil {
		return err
	}
	if view.Incomplete {
		c.Note("The list for namespace %s is incomplete: this cluster also decides in ways it cannot list, as EKS does. What is missing here may still be allowed; ask for it: kubectl jit can-i VERB RESOURCE", view.Namespace)
	}
	return nil
}

// newAuth is there for "kubectl jit auth can-i", which fingers type by habit.
func newAuth(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:    "auth",
		Short:  `The same words as "kubectl auth": can-i and whoami`,
		Long:   `The same words as "kubectl auth": "can-i" and "whoami" are those of this program.`,
		Hidden: true,
		Example: `  kubectl jit auth can-i delete pods
  kubectl jit auth whoami`,
		Args: cobra.ArbitraryArgs,
		RunE: noCommand,
	}
	cmd.AddCommand(newCanI(e), newWhoami(e))
	return cmd
}
