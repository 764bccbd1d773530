package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// doctor walks the chain from the kubeconfig to the cluster's answer, one joint
// after the other, and stops at the first that is broken: what comes after it
// cannot be told from here. It opens no checkout and changes nothing.
type doctor struct {
	*env
	output
	kube  kubeFlags
	asGUI bool
}

func newDoctor(e *env) *cobra.Command {
	d := doctor{env: e}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find out where access breaks, and what mends it",
		Long: `Walk from the kubeconfig to the cluster, joint by joint, and stop at the first
that is broken, with the command that mends it, or who can. All but the kubeconfig
is looked at with the environment that the entry sets.

Nothing is changed and nothing is checked out. The answer holds no secret and can
be pasted into a ticket; it does hold names of people, profiles, roles and hosts.

With --as-gui the context's own entry is run at the end as a desktop program runs
it: with a short PATH, no terminal, and nothing to read.`,
		Example: `  kubectl jit doctor
  kubectl jit doctor --as-gui
  kubectl jit doctor --context sandbox-reader -o json`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return d.run(cmd.Context()) },
	}
	d.kube.flags(cmd)
	cmd.Flags().BoolVar(&d.asGUI, "as-gui", false, "run the entry as a desktop program would, too")
	d.output.flag(cmd, "json", "yaml")
	return cmd
}

// The states of a joint.
const (
	jointOK      = "ok"
	jointWarning = "warning"
	jointBroken  = "broken"
	jointUnseen  = "-" // behind a broken one
)

// joint is one of the chain, and what was found there.
type joint struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Found string `json:"found,omitempty"`
	Next  string `json:"next,omitempty"` // the command that mends it, or who can

	look func(context.Context) (string, error)
	next func(error) string // stands in where the error does not say what mends it
	err  error
}

// mend is the next command after what was found.
func (j *joint) mend(err error) string {
	if w, ok := errors.AsType[warning](err); ok {
		err = w.error
	}
	return cmp.Or(jit.NextOf(err), j.next(err))
}

// warning is what is wrong without breaking the chain.
type warning struct{ error }

// diagnosis is the answer in "-o json".
type diagnosis struct {
	typeMeta
	Context string  `json:"context,omitempty"`
	Joints  []joint `json:"joints"`
}

func (d *doctor) run(ctx context.Context) error {
	p := patient{env: d.env, kube: d.kube}
	joints := p.chain()
	if d.asGUI {
		joints = append(joints, joint{Name: "as a GUI program", look: p.asGUI, next: p.again})
	}
	broken := d.walk(ctx, joints)
	object := diagnosis{typeMeta: kind("Diagnosis"), Context: p.entry.Context, Joints: joints}
	l := listing{object: object, columns: []string{"STATE", "JOINT", "FOUND"}, prose: true}
	for _, j := range joints {
		l.rows = append(l.rows, []any{j.State, j.Name, j.Found})
	}
	if err := d.print(d.Streams.Out, d.Streams.ErrOut, l); err != nil {
		return err
	}
	for _, j := range joints {
		if j.State == jointWarning && d.format == "" {
			d.Note("Next, for %s: %s", j.Name, j.Next)
		}
	}
	if broken == nil {
		return nil
	}
	return jit.Errorf(jit.CodeOf(broken.err), "doctor", "the chain is broken at: %s", broken.Name).WithNext("%s", broken.Next)
}

// walk looks at the joints in turn, up to the first broken one, which it returns.
func (d *doctor) walk(ctx context.Context, joints []joint) (broken *joint) {
	for i := range joints {
		j := &joints[i]
		if broken != nil {
			j.State = jointUnseen
			continue
		}
		done := d.Person.Progress("looking at: " + j.Name)
		found, err := j.look(ctx)
		done()
		j.State, j.Found = jointOK, found
		if err == nil {
			continue
		}
		j.State, j.Found, j.Next, j.err = jointBroken, err.Error(), d.Called.Say(j.mend(err)), err
		if _, ok := errors.AsType[warning](err); ok {
			j.State = jointWarning
			continue
		}
		broken = j
	}
	return broken
}
