package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
	"github.com/kubectl-jit/kubectl-jit/plugins"
)

// offers are words to complete what was typed with, each with a word on what it
// is behind a tab.
type offers struct {
	typed string
	words []string
	goOn  bool // one of them is the beginning of a word
}

// add offers a name where it completes what was typed, and reports whether it did.
func (o *offers) add(name, what string) (added bool) {
	if !strings.HasPrefix(name, o.typed) || !offerable(name) {
		return false
	}
	o.words = append(o.words, name+"\t"+term.Safe(what))
	return true
}

// offerable reports whether a name can do nothing but stand on a command line: it
// runs nothing in any shell, drives no terminal, and is no flag.
//
// Names are others' to choose (the broker's, or whoever sent a kubeconfig), and
// shells do not quote all they are offered. bash writes what several names have
// in common as it is; kubectl's script for it writes a single name so too before
// 1.34, and expands names that have no word on what they are behind them. zsh
// takes backslashes off.
func offerable(name string) bool {
	const meansMore = "$`;&|<>\\"
	return name != "" && !strings.ContainsAny(name, meansMore) && term.Safe(name) == name &&
		strings.TrimSpace(name) == name && !strings.HasPrefix(name, "-") && !strings.HasPrefix(name, activeHelp)
}

// activeHelp is what a line begins with that cobra's scripts print in place of
// offering it.
const activeHelp = "_activeHelp_"

// completer offers what may stand in one place of the command line.
type completer func(cmd *cobra.Command, o *offers)

// word makes a completer cobra's. Where there is nothing to offer, nothing is:
// the name of a file has no meaning in most places.
func word(c completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		o := offers{typed: strings.ReplaceAll(typed, `\`, "")} // fish leaves its own in
		c(cmd, &o)
		directive := cobra.ShellCompDirectiveNoFileComp
		if o.goOn {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		return o.words, directive
	}
}

// first completes the first word of a command only.
func first(c completer) cobra.CompletionFunc { return nth(0, c) }

// second completes the second one only.
func second(c completer) cobra.CompletionFunc { return nth(1, c) }

func nth(n int, c completer) cobra.CompletionFunc {
	complete := word(c)
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) != n {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, typed)
	}
}

// each completes the last of several words with commas between them.
func each(c completer) completer {
	return func(cmd *cobra.Command, o *offers) {
		before := o.typed[:strings.LastIndex(o.typed, ",")+1]
		last := offers{typed: o.typed[len(before):]}
		c(cmd, &last)
		for _, offer := range last.words {
			o.words = append(o.words, before+offer)
		}
	}
}

// completeFlags says of every flag of the tree what completes its value. Nobody
// is asked: all of it is on this machine.
func (e *env) completeFlags(cmd *cobra.Command) {
	of := map[string]cobra.CompletionFunc{
		"cluster":    word(e.clusters),
		"context":    word(e.contexts),
		"diff":       word(e.profiles),
		"federation": cobra.FixedCompletions(plugins.Workloads(), cobra.ShellCompDirectiveNoFileComp),
		"namespace":  word(e.namespaces),
		"profile":    word(e.profiles),
		"region":     word(e.regions),
		"tenant":     word(e.tenants),
		"verb":       word(each(verbs)),
	}
	for _, file := range []string{"certificate-authority", "kubeconfig", "metadata", "token-file"} {
		of[file] = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	}
	register := func(f *pflag.Flag) {
		complete := of[f.Name]
		if words, ok := f.Value.(oneOf); ok {
			complete = cobra.FixedCompletions(words.allowed, cobra.ShellCompDirectiveNoFileComp)
		}
		if complete != nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
		}
	}
	cmd.Flags().VisitAll(register)
	cmd.PersistentFlags().VisitAll(register)
	for _, sub := range cmd.Commands() {
		e.completeFlags(sub)
	}
}

func verbs(_ *cobra.Command, o *offers) {
	for _, verb := range cani.Usual() {
		o.add(verb, "verb")
	}
}

func (e *env) tenants(_ *cobra.Command, o *offers) {
	settings, err := e.Settings()
	if err != nil {
		return
	}
	for _, name := range sorted(settings.Tenants) {
		o.add(name, settings.Tenants[name].URL)
	}
}

func (e *env) aliases(_ *cobra.Command, o *offers) {
	settings, err := e.Settings()
	if err != nil {
		return
	}
	for _, name := range sorted(settings.Aliases) {
		o.add(name, settings.Aliases[name].Profile)
	}
}

// entries are the contexts of the kubeconfig that the command line means.
func entries(cmd *cobra.Command) (*kubeconfig.Files, []kubeconfig.Entry) {
	explicit, _ := cmd.Flags().GetString("kubeconfig") // "" where there is no such flag
	files, err := kubeconfig.Open(explicit)
	if err != nil {
		return nil, nil
	}
	all, err := files.Entries()
	if err != nil {
		return nil, nil
	}
	return files, all
}

func (e *env) contexts(cmd *cobra.Command, o *offers) {
	_, all := entries(cmd)
	for _, entry := range all {
		o.add(entry.Context, entry.Server)
	}
}

// namespaces are those that are known of the cluster at hand: from its contexts,
// and from what "can-i" showed.
func (e *env) namespaces(cmd *cobra.Command, o *offers) {
	files, all := entries(cmd)
	if files == nil {
		return
	}
	context, _ := cmd.Flags().GetString("context")
	at, err := files.Entry(context)
	if err != nil {
		return
	}
	known := map[string]bool{}
	for _, entry := range all {
		if entry.Cluster == at.Cluster {
			known[entry.Namespace] = true
		}
	}
	if cluster, ok := files.EKS(at); ok {
		if settings, err := e.Settings(); err == nil {
			views{e.Folders(settings).Views}.namespaces(cluster, known)
		}
	}
	for _, name := range sorted(known) {
		o.add(name, "namespace")
	}
}

func (e *env) clusters(cmd *cobra.Command, o *offers) {
	of := func(c jit.Cluster) (name, what string) { return c.Name, c.Region }
	eksClusters(cmd, o, of)
}

func (e *env) regions(cmd *cobra.Command, o *offers) {
	of := func(c jit.Cluster) (name, what string) { return c.Region, "region" }
	eksClusters(cmd, o, of)
}

// eksClusters offers a side of each cluster that a context leads to, each once.
func eksClusters(cmd *cobra.Command, o *offers, of func(jit.Cluster) (name, what string)) {
	files, all := entries(cmd)
	known := map[string]string{}
	for _, entry := range all {
		if cluster, ok := files.EKS(entry); ok {
			name, what := of(cluster)
			known[name] = what
		}
	}
	for _, name := range sorted(known) {
		o.add(name, known[name])
	}
}
