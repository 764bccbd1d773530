package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. There is no way back but a copy of the
// file. Goose has no lock for SQLite, so a file lock keeps two starting
// processes apart.
func migrate(ctx context.Context, db *sql.DB, path string) (err error) {
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	locked, err := lock.TryLockContext(ctx, 20*time.Millisecond)
	if err != nil || !locked {
		return jit.Errorf(jit.Unavailable, "", "lock the schema: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, steps, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	current, ours, err := provider.GetVersions(ctx)
	if err != nil {
		return jit.Errorf(jit.Invalid, "", "read the schema's version: %w", err)
	}
	if current > ours {
		return jit.Errorf(jit.Invalid, "", "its schema is version %d and this program knows %d: a newer jit-broker wrote it", current, ours)
	}
	if _, err := provider.Up(ctx); err != nil {
		return jit.Errorf(jit.Invalid, "", "bring the schema up to date: %w", err)
	}
	return nil
}
