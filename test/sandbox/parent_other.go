//go:build !linux

package sandbox

import "syscall"

// ownGroup puts a process into a group of its own. Only Linux can tie its life to
// ours; elsewhere a killed sandbox leaves it running.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// EndWithParent does nothing here: only Linux tells of a parent's end.
func EndWithParent() {}
