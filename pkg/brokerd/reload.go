package brokerd

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
)

// hangups are the signals that ask for a reload. From here on SIGHUP does not end
// the program.
func hangups() (asked <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}

// reloadWhenAsked loads the catalog again at each signal, until ctx ends.
func reloadWhenAsked(ctx context.Context, asked <-chan os.Signal, engine *broker.Engine, path string, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			reload(ctx, engine, path, log)
		}
	}
}

// reload puts the catalog into force as a whole, and ends what it gives no longer.
func reload(ctx context.Context, engine *broker.Engine, path string, log *slog.Logger) {
	declared, err := catalog.Load(path)
	if err != nil {
		log.Error("the catalog is refused, the old one stays", "error", err.Error())
		return
	}
	engine.SetCatalog(declared)
	if err := engine.Settle(ctx); err != nil && ctx.Err() == nil {
		log.Error("what the catalog ended could not be written down", "error", err.Error())
	}
	log.Info("the catalog is loaded again", "version", declared.Version())
}
