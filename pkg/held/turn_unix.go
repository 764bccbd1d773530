//go:build unix

package held

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	// tellAfter is how long a call waits without a word.
	tellAfter = 2 * time.Second

	// mostTurn bounds the wait: a call has a minute. Who waited for it asks itself
	// then.
	mostTurn = time.Minute
)

// Turn waits until no other call for the same token is under way, and reports
// whether it had to: then the token may be held by now. Who is waited for is told
// after two seconds, as "pid 123".
//
// The turn is a lock of the kernel's on a descriptor that outlives exec: it ends
// with the process, whatever ends that, and whichever program it runs by then. That
// program keeps it from those that it starts (package caller).
// Where no lock is to be had, nobody waits.
func (c Call) Turn(tell func(holder string)) (waited bool) {
	if c.CacheDir == "" {
		return false
	}
	folder := filepath.Join(c.CacheDir, "turns")
	if Folder(folder) != nil {
		return false
	}
	const flags = syscall.O_RDWR | syscall.O_CREAT | syscall.O_NOFOLLOW
	fd, err := retry(func() (int, error) { return syscall.Open(filepath.Join(folder, c.Name), flags, 0o600) })
	if err != nil {
		return false
	}
	if lock(fd, syscall.LOCK_EX|syscall.LOCK_NB) == syscall.EWOULDBLOCK { //nolint:errorlint // as in retry
		waited = true
		if !waitTurn(fd, tell) {
			return true
		}
	}
	sign(fd)
	return waited
}

// waitTurn waits in the kernel's queue, which wakes one caller at a time.
func waitTurn(fd int, tell func(holder string)) (ours bool) {
	granted := make(chan struct{})
	go func() {
		_ = lock(fd, syscall.LOCK_EX)
		close(granted)
	}()
	select {
	case <-granted:
		return true
	case <-time.After(tellAfter):
		tell(signer(fd))
	}
	select {
	case <-granted:
		return true
	case <-time.After(mostTurn - tellAfter):
		return false
	}
}

func lock(fd, how int) error {
	_, err := retry(func() (int, error) { return 0, syscall.Flock(fd, how) })
	return err
}

// sign writes who holds the turn, for those who wait. It is a courtesy: when it
// fails, nobody minds.
func sign(fd int) {
	text := strconv.Itoa(os.Getpid()) + "\n"
	if _, err := syscall.Pwrite(fd, []byte(text), 0); err == nil {
		_ = syscall.Ftruncate(fd, int64(len(text)))
	}
}

func signer(fd int) string {
	text := make([]byte, 32)
	n, _ := syscall.Pread(fd, text, 0)
	end := 0
	for end < n && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	if end == 0 {
		return "another process"
	}
	return "pid " + string(text[:end])
}
