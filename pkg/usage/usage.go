// Package usage is what the command lines of both programs have in common: what is
// said of words and flags that cannot be, and help for a narrow screen.
//
//	what was typed ──▶ Group, Wants, flags ──▶ what is wrong with it ──▶ Lead: to the help
//	the help's texts ──▶ Prepare ──▶ lines of 80 columns
package usage

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
)

// Lead names the help of the command after a mistake in what was typed: an error of
// the code invalid that tells of no operation, and of nothing better to do.
func Lead(cmd *cobra.Command, err error) error {
	mistake, ok := errors.AsType[*jit.Error](err)
	if !ok || mistake.Code != jit.Invalid || mistake.Op != "" || jit.NextOf(err) != "" {
		return err
	}
	return jit.Errorf(jit.Invalid, "", "%w", err).WithNext("%s --help", cmd.CommandPath())
}

// Group runs a command that only holds others: it shows its help, or answers a word
// that is none of them. Codes: invalid.
func Group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return noCommand(cmd, args[0])
}

func noCommand(cmd *cobra.Command, word string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	err := jit.Errorf(jit.Invalid, "", "%q is no command of %s%s", word, cmd.CommandPath(), DidYouMean(nearest.Names(word, names)))
	return Lead(cmd, err) // which need not be the command that runs: help runs for it
}

// badFlag answers a flag that does not exist or has no value.
func badFlag(cmd *cobra.Command, err error) error {
	hint := ""
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		hint = DidYouMean(nearest.Names("--"+unknown.GetSpecifiedName(), names))
	}
	return jit.Errorf(jit.Invalid, "", "%w%s", err, hint)
}

// Wants takes exactly the arguments named, each written as help shows it; one in
// brackets may be left out. Codes: invalid.
func Wants(names ...string) cobra.PositionalArgs {
	least := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, "[") })
	if least < 0 {
		least = len(names)
	}
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return jit.Errorf(jit.Invalid, "", "%s is missing", names[len(args)])
		case len(args) > len(names):
			return jit.ExtraWord(args[len(names)])
		}
		return nil
	}
}

// WantsSome takes one or more of what is named. Codes: invalid.
func WantsSome(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		return Wants(slices.Repeat([]string{name}, max(1, len(args)))...)(cmd, args)
	}
}

// DidYouMean lists the nearest names, ready to stand behind "no such thing".
func DidYouMean(near []string) string {
	if len(near) == 0 {
		return ""
	}
	quoted := make([]string, len(near))
	for i, name := range near {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return "; did you mean " + strings.Join(quoted, " or ") + "?"
}
