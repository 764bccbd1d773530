package sandbox

import "runtime"

// lockThread binds the goroutine to its thread until it ends; the thread ends
// with it.
func lockThread() { runtime.LockOSThread() }
