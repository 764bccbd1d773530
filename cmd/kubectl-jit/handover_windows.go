package main

import (
	"os"
	"os/signal"
)

const suffix = ".exe"

// handOver runs a partner and ends with its exit status: Windows cannot replace a
// process. Ctrl-C reaches both; this one leaves it to the partner.
func handOver(name string) {
	partners, env := partners(name), environment()
	for _, partner := range partners {
		if _, err := os.Stat(partner); os.IsNotExist(err) {
			continue
		}
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
		child, err := os.StartProcess(partner, os.Args, &os.ProcAttr{
			Env: env, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
		})
		if err != nil {
			fail("run "+partner+": "+err.Error(), "")
		}
		state, err := child.Wait()
		if err != nil {
			fail("wait for "+partner+": "+err.Error(), "")
		}
		os.Exit(state.ExitCode())
	}
	missing(name, partners)
}
