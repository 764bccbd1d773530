package main

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// row is a row of the table: a program that is run again and again.
type row struct {
	name string
	path string
	args []string
	env  []string
	size int64 // of the program, in bytes

	before func() error // what is made ready for each run, unmeasured
	atOnce int          // so many are started together; 0 is one
	status int          // the exit status each must end with

	took, own []time.Duration // start to end, and processor time
}

// sized fills in the sizes of the programs.
func sized(rows []*row) error {
	for _, r := range rows {
		info, err := os.Stat(r.path)
		if err != nil {
			return err
		}
		r.size = info.Size()
	}
	return nil
}

// once runs the row once, and notes what it took where it counts. Of several that
// are started together, the time is that from the first start to the last end,
// and the processor time is that of one, on average.
func (r *row) once(counts bool) error {
	if r.before != nil {
		if err := r.before(); err != nil {
			return err
		}
	}
	nowhere, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer nowhere.Close()
	n := max(r.atOnce, 1)
	processes := make([]*os.Process, 0, n)
	var failed []error
	began := time.Now()
	for range n {
		process, err := os.StartProcess(r.path, append([]string{r.path}, r.args...), &os.ProcAttr{Env: r.env, Files: []*os.File{nowhere, nowhere, nowhere}})
		if err != nil {
			failed = append(failed, err)
			break
		}
		processes = append(processes, process)
	}
	var own time.Duration
	for _, process := range processes {
		state, err := process.Wait()
		if err == nil && state.ExitCode() != r.status {
			err = fmt.Errorf("it ended with %v", state)
		}
		failed = append(failed, err)
		own += state.UserTime() + state.SystemTime()
	}
	if counts {
		r.took = append(r.took, time.Since(began))
		r.own = append(r.own, own/time.Duration(n))
	}
	return errors.Join(failed...)
}
