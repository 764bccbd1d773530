package brokerd

import (
	"context"
	"log/slog"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
)

// settleEvery is how often what has ended by itself is written down. Nothing
// depends on it: whether something is over is asked of the clock.
const settleEvery = time.Minute

// settle writes down, now and then, what has ended by itself, until ctx ends.
func settle(ctx context.Context, engine *broker.Engine, log *slog.Logger) {
	ticker := time.NewTicker(settleEvery)
	defer ticker.Stop()
	for {
		if err := engine.Settle(ctx); err != nil && ctx.Err() == nil {
			log.Error("what ended by itself could not be written down", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
