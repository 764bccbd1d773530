package held_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// TestWrongClock writes a token by a clock that is far behind the file system's,
// and reads it by one that was set back since.
func TestWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the clock says 2000
		path := filepath.Join(t.TempDir(), "tokens", "name")
		start := time.Now()
		if err := held.Write(path, token, start.Add(14*time.Minute), start.Add(10*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, ok := held.Read(path, time.Now()); !ok {
			t.Error("a token written by this clock is a miss")
		}
		if _, ok := held.Read(path, time.Now().Add(-time.Hour)); ok {
			t.Error("a token written by a clock an hour ahead is held")
		}
	})
}
