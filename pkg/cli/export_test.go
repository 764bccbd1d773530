package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// What the tests look at from outside.

var (
	RoleARN  = roleARN
	MappedBy = mappedBy
	Answers  = answers
)

// Report prints an error as the program of that name does.
func Report(ctx context.Context, name string, err error) (string, int) {
	var out bytes.Buffer
	status := caller.Program(name).Report(ctx, &out, err)
	return out.String(), status
}

// Pick finds a profile by the end of its path.
func Pick(word string, paths []string, aliases map[string]config.Alias) (jit.Access, error) {
	var all []jit.Profile
	for _, path := range paths {
		access, err := jit.ParsePath(path)
		if err != nil {
			panic(err)
		}
		all = append(all, jit.Profile{Access: access})
	}
	return pick(word, all, aliases)
}

// Leftovers says what a check-in at this moment leaves working.
func Leftovers(now time.Time, grant jit.Grant, own bool) string {
	c := checkin{env: &env{&caller.Caller{Now: func() time.Time { return now }}}}
	return c.leftovers(grant, own)
}

// TokenArgs writes the arguments of an entry and reads them back.
func TokenArgs(tenant, profile string, cluster jit.Cluster, roles []jit.Role, unattended bool) (list []string, same, ok bool) {
	args := caller.TokenArgs{Tenant: tenant, Profile: profile, Cluster: cluster, Roles: roles, Unattended: unattended}
	again, ok := ours(&kubeconfig.Exec{Args: args.List()})
	return args.List(), reflect.DeepEqual(again, args), ok
}

// InstalledAs is the command for other programs, for a process with these
// arguments.
func InstalledAs(argv ...string) string {
	return newEnv(argv, genericiooptions.NewTestIOStreamsDiscard(), "").installedAs()
}

// ProfileItem is one profile in a list.
type ProfileItem = profileItem

// PrintItems writes a list to nobody.
func PrintItems(format string, items []any) {
	o := output{format: format}
	if err := o.print(io.Discard, io.Discard, listing{object: list("ProfileList", items)}); err != nil {
		panic(err)
	}
}

// Print writes a one-row listing.
func Print(format string, cells ...any) string {
	var out bytes.Buffer
	o := output{format: format}
	l := listing{
		object: list("CellList", cells), names: []string{cells[0].(string)},
		columns: []string{"FIRST", "+SECOND"}, rows: [][]any{cells},
	}
	if err := o.print(&out, &out, l); err != nil {
		panic(err)
	}
	return out.String()
}

// Remember writes a tenant that was signed in at, with what its flags said, and
// returns what the person is told.
func Remember(ctx context.Context, settings *config.Config, url, sso, federation string) (string, error) {
	streams, _, _, errOut := genericiooptions.NewTestIOStreams()
	w := signInWith{env: newEnv([]string{"kubectl-jit"}, streams, ""), sso: sso}
	w.Federation = federation
	err := w.remember(ctx, settings, config.Tenant{URL: url, SSO: sso, Federation: federation})
	return errOut.String(), err
}

// Walk visits every command there is.
func Walk(visit func(path, short, long, example string)) {
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		visit(cmd.CommandPath(), cmd.Short, cmd.Long, cmd.Example)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(newEnv([]string{"kubectl-jit"}, genericiooptions.NewTestIOStreamsDiscard(), "")))
}

// MergeTrust puts the trust in the SAML provider into a policy.
func MergeTrust(now, samlProvider string) (before, after string, err error) {
	ours, _, _, err := trust{samlProvider: samlProvider}.policy()
	if err != nil {
		return "", "", err
	}
	return mergeTrust(now, ours)
}

// LocateResource splits a word of --resource, for a cluster that serves these.
func LocateResource(served map[string][]string, word string) (group, name string, err error) {
	return locateResource(served, word)
}

// Carry shows and makes a plan of one step, with --yes, or --dry-run. It returns
// what was printed, and the undo script that was kept.
func Carry(dryRun bool, before, after string, do error) (stdout, stderr string, err error) {
	streams, _, out, errOut := genericiooptions.NewTestIOStreams()
	c := adminChange{env: newEnv([]string{"kubectl-jit"}, streams, ""), dryRun: dryRun, yes: true}
	err = c.carryOut(context.Background(), plan{
		name: "test", nothing: "Nothing to change.", done: []string{"Done."},
		pieces: []piece{{"thing", before, after}},
		steps:  []step{{do: func(context.Context) error { return do }, undo: "kubectl jit undo it"}},
	})
	return out.String(), errOut.String(), err
}

// Reference is the help of every command as one page.
func Reference() string {
	var b strings.Builder
	b.WriteString("# Commands\n\nThe help of every command of `kubectl jit`, as the program prints it: `kubectl jit COMMAND --help`.\n" +
		"\nAn exit status says what kind of failure it was: 2 a command that cannot be, 3 nothing of that name, 4 denied, 5 nobody is\n" +
		"signed in, 6 an approval or justification is wanted, 7 it is awaited, 8 something does not answer, 1 all else. `can-i`\n" +
		"answers no with 1, as `kubectl auth can-i` does; `exec` ends as its command does.\n")
	root := newRoot(newEnv([]string{"kubectl-jit"}, genericiooptions.NewTestIOStreamsDiscard(), ""))
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd != root && cmd.IsAvailableCommand() {
			fmt.Fprintf(&b, "\n## %s\n\n```\n%s\n```\n", cmd.CommandPath(), cmd.UseLine())
			fmt.Fprintf(&b, "\n%s\n\n```sh\n%s\n```\n", paragraphs(cmd.Long), unindent(cmd.Example))
			if usages := cmd.NonInheritedFlags().FlagUsagesWrapped(usage.Width); usages != "" {
				fmt.Fprintf(&b, "\n```\n%s```\n", usages)
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
	return b.String()
}

// paragraphs writes a help text as Markdown: what is indented is code there too.
func paragraphs(text string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(text)
}

func unindent(example string) string {
	lines := strings.Split(example, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return strings.Join(lines, "\n")
}

// Matrix draws views on a screen.
func Matrix(views []cani.View, screen term.Screen) string {
	m := matrix{views: views, screen: screen}
	return m.text()
}

// Typed finds the command that a line calls, and the flags it gives, by their long
// names. The words are those after the program's name.
func Typed(words []string) (command string, flags []string) {
	cmd, _, err := newRoot(newEnv([]string{"kubectl-jit"}, genericiooptions.NewTestIOStreamsDiscard(), "")).Find(words)
	if err != nil {
		return "", nil
	}
	for _, word := range words {
		name, _, _ := strings.Cut(word, "=")
		switch {
		case strings.HasPrefix(name, "--"):
			flags = append(flags, name[2:])
		case len(name) == 2 && name[0] == '-':
			if flag := cmd.Flags().ShorthandLookup(name[1:]); flag != nil {
				flags = append(flags, flag.Name)
			}
		}
	}
	return cmd.CommandPath(), flags
}

// Offers completes what was typed with the profiles of a listing, one path a line.
func Offers(listing, typed string) []string {
	words, _ := word(func(_ *cobra.Command, o *offers) { listedProfiles(listing, o) })(nil, nil, typed)
	return words
}

// DifferenceRows are the rows of the table of --diff.
func DifferenceRows(differences ...cani.Difference) [][]any {
	var rows [][]any
	for _, d := range differences {
		rows = addDifference(rows, d)
	}
	return rows
}

// Folded writes a table for a screen.
func Folded(columns int, head []string, rows [][]any) (string, bool) {
	return folded(listing{columns: head, rows: rows}.table(), false, columns)
}

// Watch is "requests --watch" at a broker.
func Watch(ctx context.Context, broker jit.Broker, out, stderr io.Writer) error {
	e := newEnv([]string{"kubectl-jit"}, genericiooptions.IOStreams{Out: out, ErrOut: stderr}, "v0")
	return (&requests{env: e}).follow(ctx, broker)
}

// GuessShell says which shell lines are written for.
func GuessShell(goos string, getenv func(string) string) string { return guessShell(goos, getenv) }

// SetLine writes the line that sets a variable.
func SetLine(shell, name, value string) (string, error) {
	return setLine(shell, variable{name, value})
}

// Browse opens an address with the person's browser.
func Browse(ctx context.Context, address string) error {
	return browse(ctx, jit.NewSecret(address))
}

// Once sends the first who comes to path on to the address.
func Once(path, address string) (http.Handler, <-chan struct{}) {
	came := make(chan struct{})
	return once(path, jit.NewSecret(address), came), came
}

// ReadAll reads no more than 8 bytes.
func ReadAll(ctx context.Context, from io.Reader) ([]byte, error) { return readAll(ctx, from, 8) }
