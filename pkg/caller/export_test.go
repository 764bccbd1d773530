package caller

import (
	"io"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// What the tests look at from outside.

// NewSignIns keeps sign-ins in a store.
func NewSignIns(store cache.Store) SignIns { return SignIns{store} }

// Answer writes the token for a call with these arguments.
func Answer(w io.Writer, args TokenArgs, token jit.Token) error {
	return args.answer(w, held.V1, token)
}
