package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/store"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/test/conformance"
)

func TestConformance(t *testing.T) {
	conformance.Store(t, func(t *testing.T) broker.Store { return open(t, filepath.Join(t.TempDir(), "ledger.db")) })
}

func open(t *testing.T, path string) *store.SQLite {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestFile holds that the file is the owner's alone, under a name that means
// something to a URL, and that what was written is there when it is opened again.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a ledger?100%#1.db")
	first := open(t, path)
	record(t, first)
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", suffix, info.Mode().Perm())
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	record(t, open(t, path))
	if n := events(t, open(t, path)); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
}

// TestTogether holds that processes that start at once on an empty file, and
// read and write at once afterwards, take their turns: a transaction that began
// by reading would find the file changed under it when it comes to write.
func TestTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			s, err := store.OpenSQLite(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = s.Close() }()
			for range 10 {
				readAndRecord(t, s)
			}
		})
	}
	group.Wait()
	if n := events(t, open(t, path)); n != 40 {
		t.Errorf("%d events, want 40", n)
	}
}

func TestNewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
	_, err := store.OpenSQLite(t.Context(), path)
	if jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), "newer") {
		t.Errorf("%v, want a refusal that says newer", err)
	}
}

// TestAuditTrailStays holds that even a hand in the database meets a refusal.
func TestAuditTrailStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	s := open(t, path)
	record(t, s)
	db := raw(t, path)
	for _, query := range []string{`UPDATE event SET detail = 'x'`, `DELETE FROM event`} {
		if _, err := db.Exec(query); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestViewWritesNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "ledger.db"))
	if err := s.View(t.Context(), func(tx broker.Tx) error { return tx.Record(broker.Event{At: time.Now()}) }); err == nil {
		t.Error("a view wrote")
	}
	if n := events(t, s); n != 0 {
		t.Errorf("%d events", n)
	}
}

func TestNotALedger(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, t.TempDir(), filepath.Join(t.TempDir(), "missing", "ledger.db")} {
		_, err := store.OpenSQLite(t.Context(), path)
		if jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func record(t *testing.T, s broker.Store) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx broker.Tx) error { return tx.Record(broker.Event{At: time.Now()}) }); err != nil {
		t.Error(err)
	}
}

func readAndRecord(t *testing.T, s broker.Store) {
	t.Helper()
	err := s.Update(t.Context(), func(tx broker.Tx) error {
		if _, err := tx.Events(0, 1); err != nil {
			return err
		}
		return tx.Record(broker.Event{At: time.Now()})
	})
	if err != nil {
		t.Error(err)
	}
}

func events(t *testing.T, s broker.Store) int {
	t.Helper()
	var found []broker.Event
	err := s.View(t.Context(), func(tx broker.Tx) (err error) {
		found, err = tx.Events(0, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func execute(t *testing.T, path, query string) {
	t.Helper()
	if _, err := raw(t, path).Exec(query); err != nil {
		t.Fatal(err)
	}
}

// TestPlans holds that what a call asks of the ledger is found by an index: a scan
// would read every checkout and request there ever was, at each kubectl.
func TestPlans(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	open(t, path)
	file, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	access := jit.Access{ProfileID: "p1", EnvironmentID: "e1"}
	plans := map[string]func() (string, []any){
		"a person's checkouts":  func() (string, []any) { return store.ActiveCheckouts("u1") },
		"everybody's checkouts": func() (string, []any) { return store.ActiveCheckouts("") },
		"a person's requests":   func() (string, []any) { return store.RequestsBy(broker.RequestQuery{PersonID: "u1", Limit: 9}) },
		"approvals of an access": func() (string, []any) {
			return store.RequestsBy(broker.RequestQuery{PersonID: "u1", Access: access, State: jit.RequestApproved})
		},
		"what is pending": func() (string, []any) { return store.RequestsBy(broker.RequestQuery{State: jit.RequestPending}) },
		"what is pending for others": func() (string, []any) {
			return store.RequestsBy(broker.RequestQuery{NotPersonID: "u1", State: jit.RequestPending})
		},
		"what a person waits for": func() (string, []any) {
			return store.RequestsBy(broker.RequestQuery{PersonID: "u1", Access: access, State: jit.RequestPending})
		},
	}
	for name, statement := range plans {
		query, args := statement()
		var id, parent, unused int
		var step string
		if err := file.QueryRow("EXPLAIN QUERY PLAN "+query, args...).Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !strings.Contains(step, "USING INDEX") {
			t.Errorf("%s: %s", name, step)
		}
	}
}
