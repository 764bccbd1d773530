package cache

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A holder signs its lock file for those who wait: process id, Unix seconds,
// command. The text begins at the second byte, because Windows locks the first
// against reading. It is a courtesy: when it fails, nobody minds.

func sign(path string) {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer file.Close()
	text := fmt.Sprintf("%d %d %s\n", os.Getpid(), time.Now().Unix(), command())
	if _, err := file.WriteAt([]byte(text), 1); err == nil {
		_ = file.Truncate(int64(1 + len(text)))
	}
}

func unsign(path string) { _ = os.Truncate(path, 0) }

// command is the program and its verb. The other arguments are nobody's concern.
func command() string {
	words := []string{filepath.Base(os.Args[0])}
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		words = append(words, os.Args[1])
	}
	return strings.Join(words, " ")
}

// waiting is a caller that waits for a lock.
type waiting struct {
	tell  func(holder string, since time.Duration)
	path  string
	began time.Time
}

// on goes on waiting, and tells once who is waited for.
func (w *waiting) on() {
	if w.tell == nil || time.Since(w.began) < tellAfter {
		return
	}
	w.tell(w.holder())
	w.tell = nil
}

// holder reads who holds the lock and for how long; one that has not signed is
// another process, for as long as we wait.
func (w *waiting) holder() (who string, since time.Duration) {
	who, since = "another process", time.Since(w.began)
	file, err := os.Open(w.path)
	if err != nil {
		return who, since
	}
	defer file.Close()
	text := make([]byte, 256)
	n, _ := file.ReadAt(text, 1)
	line, _, whole := bytes.Cut(text[:n], []byte{'\n'})
	var pid int
	var signed int64
	if _, err := fmt.Sscan(string(line), &pid, &signed); err != nil || !whole {
		return who, since
	}
	who = fmt.Sprintf("pid %d", pid)
	if words := strings.SplitN(string(line), " ", 3); len(words) == 3 {
		who += ", " + words[2]
	}
	return who, max(since, time.Since(time.Unix(signed, 0)))
}
