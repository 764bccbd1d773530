//go:build unix

package workload_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/plugins/britive/workload"
)

// TestAWSStartsAnother holds that what AWS's CLI has started, such as a
// credential_process, keeps nobody waiting once the time is over.
func TestAWSStartsAnother(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "aws"), []byte("#!/bin/sh\nsleep 20\n:\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	provider, err := workload.Parse("aws-ours")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err = provider.Token(ctx, workload.Place{Getenv: func(string) string { return "" }}, host)
	if took := time.Since(began); err == nil || took > 10*time.Second {
		t.Errorf("%v after %s", err, took)
	}
}
