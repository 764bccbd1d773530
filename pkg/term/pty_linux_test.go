package term_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pty is a real terminal: what a person would see and type at it.
type pty struct {
	keyboard *os.File // the far end
	screen   screen
	terminal *os.File
}

// screen collects what is shown.
type screen struct {
	mu    sync.Mutex
	shown bytes.Buffer
}

func (s *screen) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.Write(data)
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.String()
}

// await waits until the screen shows a text.
func (s *screen) await(t *testing.T, text string) {
	t.Helper()
	s.awaitCount(t, text, 1)
}

// awaitCount waits until it has shown a text so many times.
func (s *screen) awaitCount(t *testing.T, text string, times int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); strings.Count(s.text(), text) < times; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the screen shows %q, and never %q", s.text(), text)
		}
	}
}

func openPTY(t *testing.T) *pty {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatalf("no pseudo terminal: %v: mount devpts", err)
	}
	control(t, keyboard, func(fd int) error { return unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0) })
	var number uint32
	control(t, keyboard, func(fd int) (err error) {
		number, err = unix.IoctlGetUint32(fd, unix.TIOCGPTN)
		return err
	})
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &pty{keyboard: keyboard, terminal: terminal}
	var shows sync.WaitGroup
	shows.Go(func() { io.Copy(&p.screen, keyboard) })
	t.Cleanup(func() {
		terminal.Close()
		keyboard.Close()
		shows.Wait()
	})
	return p
}

func control(t *testing.T, file *os.File, call func(fd int) error) {
	t.Helper()
	conn, err := file.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if controlErr := conn.Control(func(fd uintptr) { err = call(int(fd)) }); controlErr != nil || err != nil {
		t.Fatal(controlErr, err)
	}
}

func (p *pty) types(t *testing.T, keys string) {
	t.Helper()
	if _, err := p.keyboard.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// state is how the terminal is set.
func (p *pty) state(t *testing.T) unix.Termios {
	t.Helper()
	var state *unix.Termios
	control(t, p.terminal, func(fd int) (err error) {
		state, err = unix.IoctlGetTermios(fd, unix.TCGETS)
		return err
	})
	return *state
}

// raw sets the terminal as a full-screen program does.
func (p *pty) raw(t *testing.T) {
	t.Helper()
	state := p.state(t)
	state.Lflag &^= unix.ICANON | unix.ECHO | unix.ISIG
	control(t, p.terminal, func(fd int) error { return unix.IoctlSetTermios(fd, unix.TCSETS, &state) })
}

// program is this test program, run as somebody at a terminal.
type program struct {
	*exec.Cmd
	out, errs bytes.Buffer
}

// at makes a program whose controlling terminal is p; stdin is a pipe that must
// not be read.
func (p *pty) at(act string) *program {
	prog := &program{Cmd: exec.Command(os.Args[0])}
	// The race detector sleeps for a second at the end, unless told not to.
	prog.Env = append(os.Environ(), "RUN_AS_PERSON="+act, "GORACE=atexit_sleep_ms=0")
	prog.Stdin = strings.NewReader("a manifest\n")
	prog.Stdout, prog.Stderr = &prog.out, &prog.errs
	prog.ExtraFiles = []*os.File{p.terminal}
	prog.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	return prog
}

func (prog *program) starts(t *testing.T) {
	t.Helper()
	if err := prog.Start(); err != nil {
		t.Fatal(err)
	}
	tooLong := time.AfterFunc(20*time.Second, func() { prog.Process.Kill() })
	t.Cleanup(func() {
		tooLong.Stop()
		prog.Process.Kill()
	})
}

// says runs the program to its end and holds it to what it prints.
func (prog *program) says(t *testing.T, want string) {
	t.Helper()
	prog.starts(t)
	prog.ends(t, want)
}

func (prog *program) ends(t *testing.T, want string) {
	t.Helper()
	if err := prog.Wait(); err != nil {
		t.Errorf("%v, stderr %q", err, prog.errs.String())
	}
	if prog.out.String() != want {
		t.Errorf("says %q, want %q", prog.out.String(), want)
	}
}
