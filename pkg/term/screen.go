package term

import (
	"io"
	"os"
	"runtime"

	xterm "golang.org/x/term"
)

// usualColumns is how wide a text is made where there is no terminal to ask.
const usualColumns = 80

// Screen is what a text for people may use of the place it goes to.
type Screen struct {
	Columns  int
	Colour   bool
	Terminal bool // people look at it as it is written
}

// IsTerminal reports whether a stream is a terminal: what is written there is seen at
// once, and what is read there somebody types.
func IsTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && xterm.IsTerminal(int(file.Fd()))
}

// ScreenOf asks the terminal behind out. There is colour only on a terminal that
// has it, and not where NO_COLOR is set (https://no-color.org).
func ScreenOf(out io.Writer) Screen {
	screen := Screen{Columns: usualColumns}
	file, ok := out.(*os.File)
	if !ok || !IsTerminal(out) {
		return screen
	}
	screen.Terminal = true
	if width, _, err := xterm.GetSize(int(file.Fd())); err == nil && width > 0 {
		screen.Columns = width
	}
	// Windows' old console shows escapes as they are; Windows Terminal says it is there.
	coloured := os.Getenv("TERM") != "dumb" && (runtime.GOOS != "windows" || os.Getenv("WT_SESSION") != "")
	screen.Colour = coloured && os.Getenv("NO_COLOR") == ""
	return screen
}
