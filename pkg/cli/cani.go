package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type canI struct {
	*env
	output
	kube     kubeFlags
	question cani.Question
	quiet    bool
	explain  bool
	view     canIView
	with     optional // --diff
	find     optional // --find
	groups   []string // --as-group
}

func newCanI(e *env) *cobra.Command {
	c := canI{env: e}
	cmd := &cobra.Command{
		Use:   "can-i [VERB] [RESOURCE | RESOURCE/NAME | URL] [NAME]",
		Short: "Show what you may do on the cluster",
		Long: `Show what you may do in a namespace of the context at hand, as a table: a row for
each resource, a column for each verb. What the cluster's list of your rights leaves
open is asked, cell by cell and side by side; --fast leaves it "not known".

--diff compares with what another profile gave when it was last seen here, and
--find says which of your profiles would allow something, from what was seen of
each. --as-group previews what the members of a group may do, for those who may
impersonate; "group/NAME" then stands for it.

With a verb and a resource it answers "yes" or "no" as "kubectl auth can-i" does,
with the same words and the same exit status.`,
		Example: `  kubectl jit can-i
  kubectl jit can-i -n shop -o json
  kubectl jit can-i -A --resource pods,secrets --verb get,delete
  kubectl jit can-i --fast
  kubectl jit can-i delete pods
  kubectl jit can-i get pods/web-1 --subresource log
  kubectl jit can-i --explain delete pods
  kubectl jit can-i --diff eks-reader
  kubectl jit can-i --find 'delete pods -n shop'
  kubectl jit can-i --as-group pod-managers`,
		Args: canIArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },

		ValidArgsFunction: first(verbs),
	}
	c.kube.flags(cmd)
	c.kube.namespaceFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&c.question.Subresource, "subresource", "", "a subresource, such as log or scale")
	f.BoolVarP(&c.question.AllNamespaces, "all-namespaces", "A", false, "ask for all namespaces")
	f.BoolVarP(&c.quiet, "quiet", "q", false, "print nothing: one question, or --find, is answered by the exit status")
	f.BoolVar(&c.explain, "explain", false, "say which role, binding and group the answer comes from")
	f.Var(&c.with, "diff", "compare with the last view seen of this profile, or of group/NAME")
	f.Var(&c.find, "find", "say which of your profiles would allow this, from the views seen: 'delete pods -n shop'")
	f.StringSliceVar(&c.groups, "as-group", nil, "preview what the members of this group may do; may be repeated")
	f.Bool("list", false, "show the table, as without VERB and RESOURCE")
	_ = f.MarkHidden("list") // kubectl's fingers type it
	c.view.flags(cmd)
	c.output.flag(cmd, "json", "yaml")
	return cmd
}

// canIArgs takes no word, or a verb and what it is for.
func canIArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage.Wants("VERB", "RESOURCE", "[NAME]")(cmd, args)
}

func (c *canI) run(ctx context.Context, args []string) error {
	if err := c.check(args); err != nil {
		return err
	}
	if c.find.given {
		return c.findAllowing(ctx)
	}
	at, err := c.atHand(ctx, c.kube)
	if err != nil {
		return err
	}
	if err := c.preview(ctx, at); err != nil {
		return err
	}
	namespace := namespaceOf(at.entry, c.kube.namespace)
	switch {
	case c.with.given:
		return c.diff(ctx, at, namespace)
	case len(args) == 0:
		return c.all(ctx, at, namespace)
	}
	question := c.question
	question.Verb, question.Resource, question.Namespace = args[0], args[1], namespace
	if len(args) == 3 {
		question.Name = args[2]
	}
	if c.explain {
		return c.why(ctx, at, question)
	}
	return c.one(ctx, at, question)
}

// preview has the cluster answer for the members of groups: the person by their own
// name, in these groups and no others.
func (c *canI) preview(ctx context.Context, at *atHand) error {
	if len(c.groups) == 0 {
		return nil
	}
	me, err := cani.Whoami(ctx, at.client)
	if err != nil {
		return at.refused(err)
	}
	as := rest.ImpersonationConfig{UserName: me.Name, Groups: append(slices.Clone(c.groups), everybody)}
	if at.client, err = c.clientAs(at.entry, at.token, as); err != nil {
		return err
	}
	if _, err := cani.Whoami(ctx, at.client); err != nil {
		return jit.Errorf(jit.CodeOf(err), "preview group "+strings.Join(c.groups, ","), "%w", err).
			WithNext("kubectl auth can-i impersonate %s --context %s  # whoever may not cannot preview", jit.Quote("groups/"+c.groups[0]), jit.Quote(at.entry.Context))
	}
	return nil
}

// check refuses flags that the question at hand does not have.
func (c *canI) check(args []string) error {
	wrong := func(format string, words ...any) error { return jit.Errorf(jit.Invalid, "", format, words...) }
	table := len(args) == 0 && !c.find.given
	switch {
	case len(args) == 0 && c.explain:
		return wrong("--explain wants VERB and RESOURCE")
	case len(args) == 0 && c.question.Subresource != "":
		return wrong("--subresource wants VERB and RESOURCE; for the table: --resource pods/%s", c.question.Subresource)
	case len(args) > 0 && (c.with.given || c.find.given):
		return wrong("--diff and --find take no VERB and RESOURCE")
	case c.find.given && (c.with.given || len(c.groups) > 0 || c.view.wanted() || c.question.AllNamespaces):
		return wrong("--find goes with -n, -o and -q only")
	case c.with.given && c.with.value == "":
		return wrong("--diff wants a profile, or group/NAME")
	case c.with.given && (c.question.AllNamespaces || c.view.wanted()):
		return wrong("--diff compares one namespace, and all of it")
	case c.quiet && (table || c.explain || c.format != ""):
		return wrong("--quiet is for what is answered by yes or no: VERB and RESOURCE, or --find")
	case len(args) > 0 && c.view.wanted():
		return wrong("--verb, --resource, --all-resources and --fast are for the table, not for one question")
	case len(args) > 0 && c.format != "":
		return wrong("--output is for the table, --diff and --find, not for one question")
	}
	return nil
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
	return answered(answer.Allowed)
}

// why answers for one action and says what the answer comes from.
func (c *canI) why(ctx context.Context, at *atHand, question cani.Question) error {
	e, err := cani.Explain(ctx, at.client, question)
	if err != nil {
		return at.refused(err)
	}
	for _, warning := range e.Warnings {
		c.Note("Warning: %s", warning)
	}
	switch {
	case e.Role != "":
		c.say("yes: %s allows it", e.Role)
		c.say("%s gives it to %s", e.Binding, e.Subject)
	case e.Allowed:
		c.say("yes: %s", cmp.Or(e.Reason, "the cluster gives no reason"))
	case len(e.Names) > 0:
		c.say("%s: no rule allows it without a name", e.Text)
		c.say("a rule allows it on: %s", strings.Join(e.Names, ", "))
	case e.Reason != "":
		c.say("%s", e.Text)
	default:
		c.say("%s: no role that is bound to you allows it, and nothing else does", e.Text)
	}
	return answered(e.Allowed)
}

// everybody is the group of all who are signed in. The API server adds it to whom
// a token names, and not to whom a header does.
const everybody = "system:authenticated"

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
		RunE: usage.Group,
	}
	cmd.AddCommand(newCanI(e), newWhoami(e))
	return cmd
}
