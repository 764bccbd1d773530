package sandbox

import "syscall"

// ownGroup puts a process into a group of its own. The kernel kills it when the
// thread that started it ends, so also when this process is killed.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// EndWithParent asks the kernel for a SIGTERM when the process that started this
// one ends, so that a killed make leaves no sandbox behind.
func EndWithParent() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGTERM), 0)
}
