// Package store keeps the broker's ledger in a database: SQLite in one file,
// without any server.
//
//	broker.Engine ─▶ Update ─▶ one writer connection, BEGIN IMMEDIATE ─▶ file (WAL, FULL)
//	              └▶ View   ─▶ some reader connections, query only    ─▶
//
// Every write transaction begins IMMEDIATE, so that it waits for another writer
// at its start and never fails in its middle. A commit is on the disk before it
// is answered. A second process (jit-broker token create beside a running
// broker) takes its turn through SQLite's own lock.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// patience is how long a transaction waits for another process's.
const patience = 10 * time.Second

// readers is how many connections may read side by side.
const readers = 4

// SQLite is a [broker.Store] in one file.
type SQLite struct {
	write *sql.DB
	read  *sql.DB
}

// OpenSQLite opens the ledger at path, making it (mode 0600) where there is none
// and bringing its schema up to date. A ledger that a newer program wrote is
// refused. Close it at the end. Errors are [*jit.Error]s of code invalid or
// unavailable.
func OpenSQLite(ctx context.Context, path string) (*SQLite, error) {
	op := "open the ledger " + path
	if err := make0600(path); err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	write, err := sql.Open("sqlite", source(path, "_txlock=immediate"))
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	write.SetMaxOpenConns(1)
	if err := migrate(ctx, write, path); err != nil {
		return nil, errors.Join(jit.Errorf(jit.CodeOf(err), op, "%w", err), write.Close())
	}
	read, err := sql.Open("sqlite", source(path, "_pragma=query_only(1)"))
	if err != nil {
		return nil, errors.Join(jit.Errorf(jit.Invalid, op, "%w", err), write.Close())
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return &SQLite{write: write, read: read}, nil
}

// make0600 makes the file before SQLite would, with a mode of our own; SQLite
// gives its -wal and -shm the mode of the file.
func make0600(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func source(path, mode string) string {
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()
	return fmt.Sprintf("%s?%s&_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)",
		name, mode, patience.Milliseconds())
}

// Close closes the ledger.
func (s *SQLite) Close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// Update implements [broker.Store].
func (s *SQLite) Update(ctx context.Context, fn func(broker.Tx) error) error {
	return s.run(ctx, s.write, fn, (*sql.Tx).Commit, false)
}

// View implements [broker.Store].
func (s *SQLite) View(ctx context.Context, fn func(broker.Tx) error) error {
	return s.run(ctx, s.read, fn, (*sql.Tx).Rollback, true)
}

func (s *SQLite) run(ctx context.Context, db *sql.DB, fn func(broker.Tx) error, end func(*sql.Tx) error, readOnly bool) error {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	defer func() { _ = t.Rollback() }() // does nothing once the transaction has ended
	if err := fn(tx{ctx: ctx, sql: t, readOnly: readOnly}); err != nil {
		return err
	}
	if err := end(t); err != nil {
		return fmt.Errorf("end a transaction: %w", err)
	}
	return nil
}
