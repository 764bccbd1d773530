package brokerd

import (
	"context"
	"log/slog"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/aws"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/saml"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/store"
)

// opening builds an engine. Close the store at the end.
type opening func(c config, ctx context.Context, log *slog.Logger) (*broker.Engine, *store.SQLite, error)

// open builds the engine from the configuration.
func (c config) open(ctx context.Context, log *slog.Logger) (*broker.Engine, *store.SQLite, error) {
	declared, err := catalog.Load(c.Catalog)
	if err != nil {
		return nil, nil, err
	}
	provider, err := saml.Load(c.SAML.EntityID, c.SAML.Certificate, c.SAML.Key)
	if err != nil {
		return nil, nil, err
	}
	ledger, err := store.OpenSQLite(ctx, c.Ledger)
	if err != nil {
		return nil, nil, err
	}
	engine := broker.New(broker.Parts{Catalog: declared, Store: ledger, AWS: &aws.Minter{Provider: provider, Client: aws.NewClient()}, Log: log})
	return engine, ledger, nil
}

// openLedger builds an engine for what needs nothing but the ledger, so that a leaked
// token can be revoked whatever is wrong with the catalog or a key.
func (c config) openLedger(ctx context.Context, log *slog.Logger) (*broker.Engine, *store.SQLite, error) {
	ledger, err := store.OpenSQLite(ctx, c.Ledger)
	if err != nil {
		return nil, nil, err
	}
	return broker.New(broker.Parts{Catalog: new(catalog.Catalog), Store: ledger, Log: log}), ledger, nil
}
