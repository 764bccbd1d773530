package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
)

// tx implements [broker.Tx].
type tx struct {
	ctx      context.Context // of the Update or View that it lives in
	sql      *sql.Tx
	readOnly bool
}

// put runs an INSERT. A row that stands in its way is ErrTaken.
func (t tx) put(query string, args ...any) error {
	_, err := t.sql.ExecContext(t.ctx, query, args...)
	if broken, ok := errors.AsType[*sqlite.Error](err); ok {
		switch broken.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return fmt.Errorf("%w: %w", broker.ErrTaken, err)
		}
	}
	return err
}

// move runs an UPDATE and reports whether it found the row in the state it names.
func (t tx) move(query string, args ...any) (bool, error) {
	result, err := t.sql.ExecContext(t.ctx, query, args...)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}

// row is what a scan function reads from.
type row interface{ Scan(into ...any) error }

func one[T any](t tx, scan func(row) (T, error), query string, args ...any) (T, error) {
	value, err := scan(t.sql.QueryRowContext(t.ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = broker.ErrMissing
	}
	return value, err
}

func all[T any](t tx, scan func(row) (T, error), query string, args ...any) (values []T, err error) {
	rows, err := t.sql.QueryContext(t.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, rows.Err()
}

// Clock implements [broker.Tx]. It writes once a second at most: the mark is for
// steps of a clock, which are larger.
func (t tx) Clock(now time.Time) (time.Time, error) {
	var latest int64
	if err := t.sql.QueryRowContext(t.ctx, `SELECT latest FROM clock`).Scan(&latest); err != nil {
		return time.Time{}, err
	}
	if ms(now) >= latest+time.Second.Milliseconds() && !t.readOnly {
		_, err := t.sql.ExecContext(t.ctx, `UPDATE clock SET latest = ?`, ms(now))
		return now, err
	}
	return at(max(latest, ms(now))), nil
}

// ms is a time as the ledger keeps it; 0 is no time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(milliseconds int64) time.Time {
	if milliseconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds).UTC()
}

// instant scans a time.
type instant struct{ into *time.Time }

// Scan implements [sql.Scanner].
func (i instant) Scan(value any) error {
	n, ok := value.(int64)
	if !ok {
		return fmt.Errorf("a time is kept as %T", value)
	}
	*i.into = at(n)
	return nil
}
