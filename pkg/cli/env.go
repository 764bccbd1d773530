package cli

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// env is what every verb works with: where it was called from and what all verbs
// have in common.
type env struct {
	argv    []string // as the process got them
	called  program
	streams genericiooptions.IOStreams
	version string
	person  *term.Person
	getenv  func(string) string
	now     func() time.Time

	tenant string // the flag --tenant
}

func newEnv(argv []string, streams genericiooptions.IOStreams, version string) *env {
	return &env{
		argv:    argv,
		called:  calledBy(argv),
		streams: streams,
		version: version,
		person:  term.Open(streams.ErrOut),
		getenv:  os.Getenv,
		now:     time.Now,
	}
}

// say prints one line of an answer, with untrusted text made harmless.
func (e *env) say(format string, args ...any) {
	fmt.Fprintln(e.streams.Out, term.Safe(e.called.say(fmt.Sprintf(format, args...))))
}

// note tells the person something beside the answer.
func (e *env) note(format string, args ...any) {
	e.person.Note(e.called.say(fmt.Sprintf(format, args...)))
}

// until writes a time as people plan by it: on their clock, and how far off.
func (e *env) until(end time.Time) string {
	return fmt.Sprintf("%s (%s left)", e.clock(end), duration.HumanDuration(max(0, end.Sub(e.now()))))
}

// clock writes a time on the local clock with its zone, and with its date where
// that is not today's.
func (e *env) clock(t time.Time) string {
	t, today := t.Local(), e.now().Local()
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
	return duration.HumanDuration(e.now().Sub(t))
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
