// Package term is the person at the terminal.
//
//	Present           is somebody there who can be asked?
//	Ask, AskSecret,
//	Choose            on the terminal itself, whatever stdin and stdout are
//	Bell              likewise
//	Progress, Note    on stderr
//	Safe              what others wrote, made harmless for a terminal
//
// It never writes to stdout, which is data, and never reads stdin, which may be a
// manifest.
package term

import (
	"io"
	"os"
	"sync"

	xterm "golang.org/x/term"
)

// Person is whoever sits at the controlling terminal of this process, if anybody
// does.
type Person struct {
	stderr io.Writer

	mu     sync.Mutex
	live   string // the line that Progress shows just now
	asking bool   // a question is open: Progress shows nothing
}

// Open returns the person; stderr is what Progress and Note write to.
func Open(stderr io.Writer) *Person { return &Person{stderr: stderr} }

// Present reports whether somebody is there who can be asked: the controlling
// terminal opens, it is in canonical mode (a full-screen program such as k9s has
// it raw), and this process is in its foreground group.
func (p *Person) Present() bool {
	tty, err := openTerminal()
	if err != nil {
		return false
	}
	defer tty.close()
	return tty.present()
}

// Note says one line on stderr.
func (p *Person) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	shown := p.live
	p.draw("")
	_, _ = io.WriteString(p.stderr, Safe(text)+"\n")
	p.draw(shown)
}

// Bell rings at the terminal, if somebody is there.
func (p *Person) Bell() {
	tty, err := openTerminal()
	if err != nil {
		return
	}
	defer tty.close()
	if tty.present() {
		_ = tty.write("\a")
	}
}

// stderrTerminal is the terminal that stderr is, if it is one.
func (p *Person) stderrTerminal() (fd int, ok bool) {
	file, ok := p.stderr.(*os.File)
	if !ok || !xterm.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	return int(file.Fd()), true
}
