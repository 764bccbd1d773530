package held

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Call is one call of get-token by a client.
type Call struct {
	CacheDir string
	Name     string // of the token, see [Name]
	Info     string // KUBERNETES_EXEC_INFO
	Parent   int    // process id of the client
}

// Failure is what became of a call that failed.
type Failure struct {
	Status int    // the exit status
	Text   []byte // what was said on stderr
}

// remembered is for how long a failure answers its repeats. client-go calls five
// times within a few milliseconds for one command of kubectl, and a program that
// polls shall be told again soon that nothing has changed.
const remembered = 5 * time.Second

// maxFailure bounds a file with a failure, in bytes.
const maxFailure = 16 << 10

// A failure lies in two files: NAME-PARENT for the client that was told of it,
// with the status alone, and NAME for those who waited for the same call
// meanwhile, with what was said. Their times are when it happened.

// Repeated returns the exit status with which the same client was sent away a
// moment ago. Nothing is said a second time.
func (c Call) Repeated(now time.Time) (status int, ok bool) {
	failure, written, ok := readFailure(c.told())
	age := now.Sub(written)
	return failure.Status, ok && age >= 0 && age < remembered
}

// FailedSince returns the failure of the call that this one waited for, from
// since on: what it was told holds for this client too, and its repeats are
// answered from now on.
func (c Call) FailedSince(since time.Time) (Failure, bool) {
	failure, written, ok := readFailure(c.shared())
	if !ok || written.Before(since) {
		return Failure{}, false
	}
	_ = WriteOwn(c.told(), failure.line())
	return failure, true
}

// Fail notes that the call failed, and forgets failures that are over.
func (c Call) Fail(status int, text []byte) error {
	if c.CacheDir == "" {
		return nil
	}
	sweep(failures(c.CacheDir), time.Now())
	failure := Failure{status, text[:min(len(text), maxFailure/2)]}
	return errors.Join(
		WriteOwn(c.shared(), append(failure.line(), failure.Text...)),
		WriteOwn(c.told(), failure.line()),
	)
}

// ForgetFailures lets every client ask again, as signing in and checking out do.
func ForgetFailures(cacheDir string) error {
	if cacheDir == "" {
		return nil
	}
	return os.RemoveAll(failures(cacheDir))
}

func failures(cacheDir string) string { return filepath.Join(cacheDir, "failures") }

// told is the file of this client.
func (c Call) told() string { return c.failure("-" + strconv.Itoa(c.Parent)) }

// shared is one file for clients with a person's terminal and another for those
// without: what one may not do, the other may.
func (c Call) shared() string {
	if strings.Contains(c.Info, `"interactive":true`) {
		return c.failure("-terminal")
	}
	return c.failure("")
}

// failure is the path of a file; "" where there is no cache folder.
func (c Call) failure(suffix string) string {
	if c.CacheDir == "" {
		return ""
	}
	return filepath.Join(failures(c.CacheDir), c.Name+suffix)
}

// line is the first line of a file.
func (f Failure) line() []byte { return []byte(mark + strconv.Itoa(f.Status) + "\n") }

func readFailure(path string) (failure Failure, written time.Time, ok bool) {
	if path == "" {
		return Failure{}, time.Time{}, false
	}
	data, written, ok := ReadOwn(path, maxFailure)
	if !ok {
		return Failure{}, time.Time{}, false
	}
	data, ours := bytes.CutPrefix(data, []byte(mark))
	line, text, whole := bytes.Cut(data, []byte{'\n'})
	status, err := strconv.Atoi(string(line))
	if !ours || !whole || err != nil || status <= 0 || status > 255 {
		return Failure{}, time.Time{}, false
	}
	return Failure{status, text}, written, true
}

// sweep removes the files of failures that are over.
func sweep(folder string, now time.Time) {
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > time.Minute {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}
