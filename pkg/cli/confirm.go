package cli

import (
	"context"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// confirm asks the person, unless the answer was given by --yes.
func (e *env) confirm(ctx context.Context, yes bool, question string) error {
	if yes {
		return nil
	}
	if !e.Person.Present() {
		return jit.Errorf(jit.Invalid, "", "nothing is changed: nobody is at the terminal to confirm it, and --yes is not given").
			WithNext("add --yes, or --dry-run to look only")
	}
	answer, err := e.Person.Ask(ctx, question+" (yes/no) ")
	if err != nil {
		return err
	}
	if word := strings.ToLower(strings.TrimSpace(answer)); word != "y" && word != "yes" {
		return jit.Errorf(jit.Invalid, "nothing is changed", "not confirmed")
	}
	return nil
}
