package term

import (
	"path/filepath"
	"syscall"

	"golang.org/x/sys/windows"
)

// opener is Windows' own handler of addresses. "cmd /c start" would be a shell.
func opener(address string) []string {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return nil
	}
	return firstOf(address, []string{filepath.Join(system, "rundll32.exe"), "url.dll,FileProtocolHandler"})
}

// apart is a group of its own: Ctrl-C in our console is not meant for it.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}
