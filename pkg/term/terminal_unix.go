//go:build unix

package term

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// terminal is the controlling terminal of this process, opened anew.
type terminal struct{ fd int }

func openTerminal() (terminal, error) {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return terminal{}, &os.PathError{Op: "open", Path: "/dev/tty", Err: err}
	}
	return terminal{fd}, nil
}

func (t terminal) close() { _ = unix.Close(t.fd) }

// present reports whether lines can be asked for: canonical mode, and we are in
// the foreground.
func (t terminal) present() bool {
	state, err := unix.IoctlGetTermios(t.fd, getTermios)
	if err != nil || state.Lflag&unix.ICANON == 0 {
		return false
	}
	group, err := foreground(t.fd)
	return err == nil && group == unix.Getpgrp()
}

// hide stops the echo until restore is called.
func (t terminal) hide() (restore func(), err error) {
	before, err := unix.IoctlGetTermios(t.fd, getTermios)
	if err != nil {
		return nil, err
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(t.fd, setTermios, &hidden); err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(t.fd, setTermios, before) }, nil
}

func (t terminal) write(text string) error {
	for data := []byte(text); len(data) > 0; {
		n, err := unix.Write(t.fd, data)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		data = data[max(n, 0):]
	}
	return nil
}

// readLine reads to the end of a line or the end of ctx. It waits in select,
// because neither poll nor kqueue knows /dev/tty on macOS.
func (t terminal) readLine(ctx context.Context) (string, error) {
	ended, end, err := os.Pipe() // readable once ctx has ended
	if err != nil {
		return "", err
	}
	defer ended.Close()
	hangUp := sync.OnceFunc(func() { end.Close() })
	defer hangUp()
	defer context.AfterFunc(ctx, hangUp)()
	var line []byte
	for part := make([]byte, 4096); ; {
		if err := t.await(ctx, int(ended.Fd())); err != nil {
			return "", err
		}
		n, err := unix.Read(t.fd, part)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return "", err
		case n == 0: // Ctrl-D
			return "", io.EOF
		}
		if line = append(line, part[:n]...); line[len(line)-1] == '\n' {
			return string(line), nil
		}
	}
}

// await waits until the terminal has a line, or fails with ctx's error.
func (t terminal) await(ctx context.Context, ended int) error {
	for {
		var readable unix.FdSet
		readable.Set(t.fd)
		readable.Set(ended)
		_, err := unix.Select(max(t.fd, ended)+1, &readable, nil, nil, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case readable.IsSet(t.fd):
			return nil
		}
	}
}
