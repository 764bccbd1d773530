package term

import (
	"io"
	"strings"
	"sync"
	"time"

	xterm "golang.org/x/term"
)

const (
	// showAfter is how long something takes before it is worth a line.
	showAfter = 500 * time.Millisecond

	redrawEvery = time.Second      // the live line
	repeatEvery = 30 * time.Second // the plain line
)

// Progress shows on stderr that something takes time, once it has taken half a
// second, until done is called: on a terminal one line that counts the seconds
// and goes in the end; elsewhere the text, and again every 30 seconds with the
// time it has taken. A terminal that a full-screen program holds, or whose
// foreground we are not in, is left alone.
func (p *Person) Progress(text string) (done func()) {
	fd, terminal := p.stderrTerminal()
	if !terminal {
		return inBackground(func(stop <-chan struct{}) { p.plainLines(Safe(text), stop) })
	}
	if !p.Present() {
		return func() {}
	}
	began := time.Now()
	return inBackground(func(stop <-chan struct{}) { p.liveLine(fd, Safe(text), func() string { return taken(began) }, stop) })
}

// Countdown shows on the terminal that stderr is how much time is left until end,
// in one line that goes in the end, until done is called. Elsewhere it shows
// nothing.
func (p *Person) Countdown(text string, end time.Time) (done func()) {
	fd, terminal := p.stderrTerminal()
	if !terminal || !p.Present() {
		return func() {}
	}
	left := func() string { return "(" + max(0, time.Until(end)).Round(time.Second).String() + " left)" }
	return inBackground(func(stop <-chan struct{}) { p.liveLine(fd, Safe(text), left, stop) })
}

func inBackground(show func(stop <-chan struct{})) (done func()) {
	stop := make(chan struct{})
	var showing sync.WaitGroup
	showing.Go(func() { show(stop) })
	return sync.OnceFunc(func() {
		close(stop)
		showing.Wait()
	})
}

func (p *Person) plainLines(text string, stop <-chan struct{}) {
	began := time.Now()
	if !lasts(showAfter, stop) {
		return
	}
	p.Note(text)
	for lasts(repeatEvery, stop) {
		p.Note(text + " " + taken(began))
	}
}

func (p *Person) liveLine(fd int, text string, clock func() string, stop <-chan struct{}) {
	defer p.redraw("")
	for pause := showAfter; lasts(pause, stop); pause = redrawEvery {
		p.redraw(fit(fd, text, clock()))
	}
}

// lasts waits and reports whether it was not stopped meanwhile.
func lasts(pause time.Duration, stop <-chan struct{}) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-stop:
		return false
	case <-timer.C:
		return true
	}
}

func taken(began time.Time) string {
	return "(" + time.Since(began).Round(time.Second).String() + ")"
}

// fit cuts the text so that it stands on one row of the terminal with the time
// behind it. A wide character may take two columns: one row too many is drawn
// then, which looks bad and harms nothing.
func fit(fd int, text, taken string) string {
	width, _, err := xterm.GetSize(fd)
	if err != nil || width <= 0 {
		width = 80
	}
	room := max(0, width-len(taken)-2) // a blank between, and the last column free
	if runes := []rune(text); len(runes) > room {
		text = string(runes[:room])
	}
	return text + " " + taken
}

func (p *Person) redraw(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw(line)
}

// draw replaces the live line. It uses no escape sequences, so that every
// terminal understands it. The caller holds the lock.
func (p *Person) draw(line string) {
	if p.asking || line == p.live {
		return
	}
	blank := ""
	if p.live != "" {
		blank = "\r" + strings.Repeat(" ", len([]rune(p.live))) + "\r"
	}
	p.live = line
	_, _ = io.WriteString(p.stderr, blank+line)
}

// pause takes the live line away while a question is open.
func (p *Person) pause() (resume func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw("")
	p.asking = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asking = false
	}
}
