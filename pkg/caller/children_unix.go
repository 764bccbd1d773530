//go:build unix

package caller

import "golang.org/x/sys/unix"

// mostInherited is the highest descriptor that is looked after. A new one is the lowest
// that is free, and clients leave few open to what they start.
const mostInherited = 63

// keepFromChildren keeps what this process was started with, beside the standard
// streams, from the programs that it starts itself: a browser outlives it, and would
// go on holding the turn of this call (held.Call.Turn).
func keepFromChildren() {
	for fd := 3; fd <= mostInherited; fd++ {
		unix.CloseOnExec(fd)
	}
}
