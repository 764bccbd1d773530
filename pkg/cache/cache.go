// Package cache keeps secrets between calls and lets one caller at a time fetch
// what is missing.
//
//	Once: look ──there──▶ done
//	        │ missing
//	       Locks.Hold (one process; the others wait, and say for whom)
//	        │
//	      look again ──there──▶ done
//	        │ missing
//	      fetch
//
// What is looked for lies in a [Store]: [File] (plain files of mode 0600),
// [Sealed] (AES-256-GCM, its key in the keyring of the operating system where
// there is one) or [Memory]. All three pass the suite in test/conformance.
//
// A broken cache costs time, never access. A file that cannot be read as it
// should is a miss, and is written anew. A folder of wrong owner or mode is not
// used: the error says what mends it, and the caller goes on without.
package cache

// Store holds named secrets of up to 1 MiB each. A name is any text.
type Store interface {
	// Get returns what lies under the name. Its error is fs.ErrNotExist when
	// nothing does, or nothing that can be read as it should; any other says why
	// the store cannot be used.
	Get(name string) ([]byte, error)

	// Put replaces what lies under the name. A reader sees the old data or the
	// new, never a mix.
	Put(name string, data []byte) error

	// Delete lets go of what lies under the name; nothing there is no error.
	Delete(name string) error

	// Clear lets go of all names.
	Clear() error
}

// maxData bounds what one name holds, in bytes.
const maxData = 1 << 20
