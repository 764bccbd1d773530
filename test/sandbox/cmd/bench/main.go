// Command bench measures what people pay for kubectl-jit on this machine:
//
//	make bench                                      # build, then run this from test/sandbox
//	bench [-runs N] [-limit RATIO]
//
// It builds an empty Go program and ours as a release is built, starts a sandbox,
// runs every row in turn, and prints minimum, median and maximum of each in
// milliseconds, the ratio of its median to the empty program's, and the median of
// the processor time it took itself: what is not spent waiting for others.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

func main() {
	sandbox.EndWithParent()
	runs := flag.Int("runs", 40, "how often each row is run, at least 30")
	limit := flag.Float64("limit", 0, "fail when the answer from a held token takes more than this many times an empty program; 0 means never")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := bench(ctx, max(*runs, 30), *limit); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, runs int, limit float64) error {
	dir, err := os.MkdirTemp("", "kubectl-jit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintln(os.Stderr, "building")
	if err := build(ctx, dir); err != nil {
		return err
	}
	rows, err := alone(dir)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "starting the sandbox")
	programs, err := sandbox.Build(ctx, ".", os.Stderr, sandbox.Authenticator)
	if err != nil {
		return err
	}
	world, err := sandbox.Start(ctx, sandbox.Options{Dir: filepath.Join(dir, "sandbox"), Bin: filepath.Join("..", "..", "bin"), Programs: programs})
	if err != nil {
		return err
	}
	defer world.Stop()
	inside, err := within(ctx, world, filepath.Join(dir, "whole"))
	if err != nil {
		return err
	}
	rows = append(rows, inside...)
	fmt.Fprintf(os.Stderr, "running each of %d rows %d times\n", len(rows), runs)
	if err := inTurn(ctx, rows, runs); err != nil {
		return err
	}
	return report(rows, runs, limit)
}

// inTurn runs the rows one after another, again and again, so that whatever else
// the machine does falls on all alike. Each round begins with another one; the
// first rounds only warm up.
func inTurn(ctx context.Context, rows []*row, runs int) error {
	const warmUp = 3
	for round := range warmUp + runs {
		for i := range rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			r := rows[(round+i)%len(rows)]
			if err := r.once(round >= warmUp); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
	}
	return nil
}

func report(rows []*row, runs int, limit float64) error {
	fmt.Printf("%s %s/%s, %d CPUs, %s, %d runs each, milliseconds\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().Format(time.DateOnly), runs)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "min\tmedian\tmax\tratio\town\tMB\t")
	empty := spread(rows[0].took)
	for _, r := range rows {
		s := spread(r.took)
		fmt.Fprintf(table, "%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.1f\t  %s\n",
			milliseconds(s.least), milliseconds(s.median), milliseconds(s.most), s.over(empty),
			milliseconds(spread(r.own).median), float64(r.size)/1e6, r.name)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if ratio := spread(rows[1].took).over(empty); limit > 0 && ratio > limit {
		return fmt.Errorf("%s takes %.2f times %s, more than %.2f", rows[1].name, ratio, rows[0].name, limit)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
