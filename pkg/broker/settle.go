package broker

import (
	"context"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Settle writes down what time, a catalog or a crash has brought about: windows
// that closed, checkouts that the catalog no longer gives, requests that timed
// out, mints whose outcome will never be known. Call it at the start, after
// [Engine.SetCatalog], and every minute. Nothing depends on it but the ledger's
// own text: every decision looks at the clock and the catalog itself.
func (e *Engine) Settle(ctx context.Context) error {
	return e.store.Update(ctx, func(tx Tx) error {
		d, err := e.begin(ctx, tx, self(), "settle", "")
		if err != nil {
			return err
		}
		for _, step := range []func() error{d.settleMints, d.settleCheckouts, d.settleRequests} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *deed) settleMints() error {
	mints, err := d.OverdueMints(d.now)
	if err != nil {
		return err
	}
	for _, m := range mints {
		if err := d.closeMint(m, MintUnknown, "no result came in time"); err != nil {
			return err
		}
	}
	return nil
}

func (d *deed) settleCheckouts() error {
	checkouts, err := d.Checkouts("")
	if err != nil {
		return err
	}
	for _, c := range checkouts {
		why, err := d.over(c)
		if err != nil {
			return err
		}
		if why == "" {
			continue
		}
		if err := d.conclude(c, why); err != nil {
			return err
		}
	}
	return nil
}

func (d *deed) settleRequests() error {
	pending, err := d.Requests(RequestQuery{State: jit.RequestPending})
	if err != nil {
		return err
	}
	for _, r := range pending {
		if r.Expires.After(d.now) {
			continue
		}
		if err := d.lapse(r); err != nil {
			return err
		}
	}
	return nil
}
