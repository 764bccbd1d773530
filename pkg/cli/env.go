package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// env is what every verb works with.
type env struct{ *caller.Caller }

func newEnv(argv []string, streams genericiooptions.IOStreams, version string) *env {
	return &env{caller.New(argv, streams, version)}
}

// say prints one line of an answer, with untrusted text made harmless.
func (e *env) say(format string, args ...any) {
	fmt.Fprintln(e.Streams.Out, term.Safe(e.Called.Say(fmt.Sprintf(format, args...))))
}

// until writes a time as people plan by it: on their clock, and how far off.
func (e *env) until(end time.Time) string {
	return fmt.Sprintf("%s (%s left)", e.clock(end), duration.HumanDuration(max(0, end.Sub(e.Now()))))
}

// clock writes a time on the local clock with its zone, and with its date where
// that is not today's.
func (e *env) clock(t time.Time) string {
	t, today := t.Local(), e.Now().Local()
	if t.Format(time.DateOnly) == today.Format(time.DateOnly) {
		return t.Format("15:04:05 MST")
	}
	return t.Format("2006-01-02 15:04:05 MST")
}

// age is how long ago something was, as kubectl writes it.
func (e *env) age(t time.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(e.Now().Sub(t))
}

// kubeFlags are kubectl's own flags, on the verbs that talk to a cluster.
type kubeFlags struct {
	kubeconfig string
	context    string
	namespace  string
}

func (k *kubeFlags) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&k.kubeconfig, "kubeconfig", "", "the kubeconfig file, in place of KUBECONFIG and ~/.kube/config")
	cmd.Flags().StringVar(&k.context, "context", "", "the context, in place of the current one")
}

func (k *kubeFlags) namespaceFlag(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&k.namespace, "namespace", "n", "", "the namespace, in place of the context's")
}

// configure changes our own configuration file.
func configure(ctx context.Context, change func(*config.Config) error) error {
	if caller.ConfigPath() == "" {
		return noConfigFolder()
	}
	return config.Update(ctx, caller.ConfigPath(), change)
}

func noConfigFolder() error {
	return jit.Errorf(jit.Invalid, "find the configuration", "there is no home folder to keep it in").WithNext("set HOME or XDG_CONFIG_HOME")
}

// sorted are the keys of a map in their order.
func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
