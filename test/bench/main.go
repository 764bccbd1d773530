// Command bench measures what kubectl pays for one get-token on this machine:
//
//	go run ./test/bench [-runs N] [-limit RATIO]
//
// It builds an empty Go program, the front and jit-core as a release is built,
// runs them in turn, and prints minimum, median and maximum of each, in
// milliseconds, and the ratio of its median to the empty program's. It runs from
// the root of the repository.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"text/tabwriter"
	"time"
)

func main() {
	runs := flag.Int("runs", 100, "how often each program is run, at least 30")
	limit := flag.Float64("limit", 0, "fail when the answer from a held token takes more than this many times an empty program; 0 means never")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
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
	programs, err := prepare(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "running each of %d programs %d times\n", len(programs), runs)
	if err := inTurn(ctx, dir, programs, runs); err != nil {
		return err
	}
	return report(programs, runs, limit)
}

// inTurn runs the programs one after another, again and again, so that whatever
// else the machine does falls on all alike. Each round begins with another one;
// the first rounds only warm up.
func inTurn(ctx context.Context, dir string, programs []*program, runs int) error {
	const warmUp = 3
	for round := range warmUp + runs {
		for i := range programs {
			if err := ctx.Err(); err != nil {
				return err
			}
			p := programs[(round+i)%len(programs)]
			took, err := p.run(dir)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			if round >= warmUp {
				p.took = append(p.took, took)
			}
		}
	}
	return nil
}

func report(programs []*program, runs int, limit float64) error {
	fmt.Printf("%s %s/%s, %d CPUs, %s, %d runs each, milliseconds\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().Format(time.DateOnly), runs)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "min\tmedian\tmax\tratio\tMB\t")
	empty := spread(programs[0].took)
	for _, p := range programs {
		s := spread(p.took)
		fmt.Fprintf(table, "%.2f\t%.2f\t%.2f\t%.2f\t%.1f\t  %s\n",
			milliseconds(s.least), milliseconds(s.median), milliseconds(s.most), s.over(empty), float64(p.size)/1e6, p.name)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if ratio := spread(programs[1].took).over(empty); limit > 0 && ratio > limit {
		return fmt.Errorf("%s takes %.2f times %s, more than %.2f", programs[1].name, ratio, programs[0].name, limit)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
