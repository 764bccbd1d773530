package term

import (
	"bufio"
	"context"
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// terminal is the console of this process, opened anew.
type terminal struct{ in, out *os.File }

func openTerminal() (terminal, error) {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return terminal{}, err
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return terminal{}, errors.Join(err, in.Close())
	}
	return terminal{in, out}, nil
}

func (t terminal) close() { _ = errors.Join(t.in.Close(), t.out.Close()) }

// present reports whether lines can be asked for. Windows has no foreground group.
func (t terminal) present() bool {
	var mode uint32
	err := windows.GetConsoleMode(windows.Handle(t.in.Fd()), &mode)
	return err == nil && mode&windows.ENABLE_LINE_INPUT != 0
}

// hide stops the echo until restore is called.
func (t terminal) hide() (restore func(), err error) {
	console := windows.Handle(t.in.Fd())
	var before uint32
	if err := windows.GetConsoleMode(console, &before); err != nil {
		return nil, err
	}
	if err := windows.SetConsoleMode(console, before&^windows.ENABLE_ECHO_INPUT); err != nil {
		return nil, err
	}
	return func() { _ = windows.SetConsoleMode(console, before) }, nil
}

func (t terminal) write(text string) error {
	_, err := t.out.WriteString(text)
	return err
}

// readLine reads to the end of a line or the end of ctx. A read that ctx has
// overtaken waits on in the background, and takes the next line typed.
func (t terminal) readLine(ctx context.Context) (string, error) {
	type typed struct {
		line string
		err  error
	}
	lines := make(chan typed, 1)
	go func() {
		line, err := bufio.NewReader(t.in).ReadString('\n')
		lines <- typed{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case read := <-lines:
		return read.line, read.err
	}
}
