//go:build unix && !darwin

package term

import (
	"os"
	"syscall"
)

// opener is the program that opens an address: what BROWSER names, as remote
// editors set it; on Windows' Linux a program of Windows; else the desktop's, where
// there is a desktop. Without one xdg-open would start a browser in our terminal.
func opener(address string) []string {
	if named := os.Getenv("BROWSER"); named != "" {
		if words := firstOf(address, []string{named}); words != nil {
			return words
		}
	}
	if os.Getenv("WSL_DISTRO_NAME") != "" {
		const handler = "url.dll,FileProtocolHandler"
		return firstOf(address, []string{"wslview"}, []string{"rundll32.exe", handler}, []string{"/mnt/c/Windows/System32/rundll32.exe", handler})
	}
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil
	}
	return firstOf(address, []string{"xdg-open"})
}

// apart is a session of its own: Ctrl-C at our terminal is not meant for it.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
