package broker

import (
	"context"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Parts is what an engine is built from.
type Parts struct {
	Catalog *catalog.Catalog
	Store   Store
	AWS     AWS
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: nothing is logged
}

// Engine is the broker. Everything it knows is in its catalog and its store, so
// any number of engines may stand on one store.
type Engine struct {
	catalog  atomic.Pointer[catalog.Catalog]
	store    Store
	aws      AWS
	now      func() time.Time
	log      *slog.Logger
	decision *bell
}

// New builds an engine.
func New(p Parts) *Engine {
	e := &Engine{store: p.Store, aws: p.AWS, now: p.Now, log: p.Log, decision: newBell()}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	e.catalog.Store(p.Catalog)
	return e
}

// SetCatalog puts another catalog into force, at once and as a whole. Checkouts
// that it no longer gives end at the next [Engine.Settle].
func (e *Engine) SetCatalog(c *catalog.Catalog) { e.catalog.Store(c) }

// For returns the broker as one person sees it. It trusts that the person was
// authenticated.
func (e *Engine) For(p jit.Person) jit.Broker { return &view{engine: e, person: p} }

type fromKey struct{}

// From notes in the context the address that a call comes from, for the audit
// trail and the log.
func From(ctx context.Context, address netip.Addr) context.Context {
	return context.WithValue(ctx, fromKey{}, address)
}

// fromAddress returns what From noted, or "".
func fromAddress(ctx context.Context) string {
	address, ok := ctx.Value(fromKey{}).(netip.Addr)
	if !ok || !address.IsValid() {
		return ""
	}
	return address.String()
}
