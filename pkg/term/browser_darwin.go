package term

import (
	"os"
	"syscall"
)

// opener is macOS's own program, unless BROWSER names another. A person who is on
// the machine by SSH has no screen to see it on.
func opener(address string) []string {
	if named := os.Getenv("BROWSER"); named != "" {
		if words := firstOf(address, []string{named}); words != nil {
			return words
		}
	}
	if os.Getenv("SSH_CONNECTION") != "" {
		return nil
	}
	return firstOf(address, []string{"/usr/bin/open"})
}

// apart is a session of its own: Ctrl-C at our terminal is not meant for it.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
