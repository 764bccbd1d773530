package held

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	mark = "kubectl-jit/1 " // what the first line begins with

	// maxToken bounds a file with a token, in bytes. A cluster takes tokens of up
	// to 4,096 bytes.
	maxToken = 16 << 10

	// clockStep is how far a file's time may lie ahead of the clock. Further
	// means that the clock was wrong when the file was written, and then its
	// token was signed for the wrong time too.
	clockStep = time.Minute
)

// Path is where the token of this name lies below [CacheDir]; "" where there is
// no such folder.
func Path(cacheDir, name string) string {
	if cacheDir == "" || name == "" {
		return ""
	}
	return filepath.Join(tokens(cacheDir), name)
}

func tokens(cacheDir string) string { return filepath.Join(cacheDir, "tokens") }

// Read returns the status object held in the file, as JSON, when it need not be
// renewed yet. Everything else is a miss: no file, a symlink, a file that is not
// ours alone, one from a clock that was wrong, another form, an end that is near.
func Read(path string, now time.Time) (status []byte, ok bool) {
	if path == "" {
		return nil, false
	}
	data, written, ok := ReadOwn(path, maxToken)
	if !ok || written.After(now.Add(clockStep)) {
		return nil, false
	}
	renewAt, status, ok := split(data)
	if !ok || now.Unix() >= renewAt {
		return nil, false
	}
	_, expires, ok := Parse(status)
	if !ok || !expires.After(now.Add(ShortestLife)) {
		return nil, false
	}
	return status, true
}

// split takes the two lines apart.
func split(data []byte) (renewAt int64, status []byte, ok bool) {
	data, ours := bytes.CutPrefix(data, []byte(mark))
	data, whole := bytes.CutSuffix(data, []byte{'\n'})
	if !ours || !whole {
		return 0, nil, false
	}
	when, status, ok := bytes.Cut(data, []byte{'\n'})
	if !ok {
		return 0, nil, false
	}
	renewAt, err := strconv.ParseInt(string(when), 10, 64)
	return renewAt, status, err == nil
}

// Write holds a token that ends at expires and is to be renewed from renewAt on
// (the second is cut off). The folder is made where it is missing (0700); the
// file is 0600 and replaced by a rename, so that a reader sees the old token or
// the new one. A folder that is not safe to use fails with a [*FolderError], a
// token that is not worth holding with another error; the token itself is as
// good as before.
func Write(path, token string, expires, renewAt time.Time) error {
	if path == "" {
		return errors.New("hold the token: there is no home folder")
	}
	if !renewAt.Before(expires) {
		return errors.New("hold the token: it would end before it is renewed")
	}
	status, err := Status(token, expires)
	if err != nil {
		return err
	}
	line := mark + strconv.FormatInt(renewAt.Unix(), 10) + "\n"
	return WriteOwn(path, append(append([]byte(line), status...), '\n'))
}

// Clear lets go of every token, as signing in or out does.
func Clear(cacheDir string) error {
	if cacheDir == "" {
		return nil
	}
	return errors.Join(os.RemoveAll(tokens(cacheDir)), ForgetFailures(cacheDir))
}

// Answer writes the ExecCredential that client-go reads, in one write: one line
// of JSON with the version asked for and a status object from [Read] or
// [Status].
func Answer(w io.Writer, apiVersion string, status []byte) error {
	answer := make([]byte, 0, len(status)+128)
	answer = append(answer, `{"kind":"ExecCredential","apiVersion":"`...)
	answer = append(answer, apiVersion...)
	answer = append(answer, `","spec":{"interactive":false},"status":`...)
	answer = append(answer, status...)
	answer = append(answer, "}\n"...)
	_, err := w.Write(answer)
	return err
}
