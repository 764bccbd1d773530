package sandbox

import (
	"runtime"
	"syscall"
)

// lockThread binds the goroutine to its thread until it ends; the thread ends
// with it.
func lockThread() { runtime.LockOSThread() }

// EndWithParent asks the kernel for a SIGTERM when the process that started this
// one ends, so that a killed make leaves no sandbox behind.
func EndWithParent() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGTERM), 0)
}
