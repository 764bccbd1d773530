package broker

import (
	"context"
	"log/slog"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// The acts that leave an [Event].
const (
	ActCheckout = "checkout.open"
	ActExtend   = "checkout.extend"
	ActCheckin  = "checkout.end"
	ActExpire   = "checkout.expire"
	ActRevoke   = "checkout.revoke"

	ActMint      = "mint.intend"
	ActIssue     = "mint.issue"
	ActCloseMint = "mint.close" // refused, dropped or unknown: the detail says which

	ActAsk      = "request.ask"
	ActDecide   = "request.decide"
	ActWithdraw = "request.withdraw"
	ActTimeout  = "request.timeout"

	ActCreateToken = "token.create"
	ActRevokeToken = "token.revoke"
)

// outcomeDone is the outcome of an act that was carried out. A refused one has
// the code of the refusal.
const outcomeDone = "done"

// self is the actor of what the broker does by itself.
func self() jit.Person { return jit.Person{Name: "jit-broker"} }

// operator is the actor of what is done on the broker's own machine.
func operator() jit.Person { return jit.Person{Name: "operator"} }

// refused records that an act was refused, in a transaction of its own because
// the act's was rolled back. Who asks for an approval or a justification is not
// refused, only sent on.
func (e *Engine) refused(ctx context.Context, event Event, err error) {
	code := jit.CodeOf(err)
	if code != jit.Denied && code != jit.NotFound {
		return
	}
	event.Outcome, event.Detail = string(code), err.Error()
	ctx = context.WithoutCancel(ctx)
	if err := e.store.Update(ctx, func(tx Tx) error { return tx.Record(event) }); err != nil {
		e.log.LogAttrs(ctx, slog.LevelError, "a refusal is missing in the audit trail",
			slog.String("act", event.Act), slog.String("person", event.Actor.Name), slog.Any("error", err))
	}
}
