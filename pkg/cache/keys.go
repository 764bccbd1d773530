package cache

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// Keys gives the key that a [Sealed] store seals with: 32 random bytes, in the
// keyring of the operating system or in a file of mode 0600. All sealed stores of
// a process share one Keys, so that the keyring is asked once.
//
// A keyring may be missing (a server, a container, WSL) or hang (a dialog that
// nobody sees). With no Storage told, a key file is then made instead, which Note
// is told; from then on the file is used, until somebody deletes it.
type Keys struct {
	Dir     string            // folder of the key file, and of the lock under which a key is made
	Storage string            // "keyring", "file", or "": the keyring where one answers
	Ring    Ring              // nil means the operating system's
	Note    func(text string) // told when no keyring answers and a key file is made; may be nil

	mu   sync.Mutex
	ring ringAnswer
}

// place says where a key lies. It stands in the first line of a sealed file.
type place string

const (
	inKeyring place = "keyring"
	inFile    place = "file"
)

const (
	keyBytes = 32
	keyName  = "key"

	// keyWait bounds the wait for another process that makes a key.
	keyWait = 2 * time.Second
)

// find returns the key that a file was sealed with. A key that is gone, or that
// the configuration does not let us use, is a miss.
func (k *Keys) find(where place) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case where == inFile && k.Storage != "keyring":
		if key, ok := k.readFile(); ok {
			return key, nil
		}
	case where == inKeyring && k.Storage != "file":
		key, err := k.askRing()
		if err == nil {
			return key, nil
		}
		if k.Storage == "keyring" && !errors.Is(err, ErrNoKey) {
			return nil, unanswered(err)
		}
	}
	return nil, miss("the key in the " + string(where))
}

// choose returns the key to seal with, and makes one where there is none.
func (k *Keys) choose() (place, []byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch k.Storage {
	case "file":
		key, err := k.fileKey()
		return inFile, key, err
	case "keyring":
		key, err := k.ringKey()
		if err != nil {
			err = unanswered(err)
		}
		return inKeyring, key, err
	}
	if key, ok := k.readFile(); ok {
		return inFile, key, nil
	}
	key, ringErr := k.ringKey()
	if ringErr == nil {
		return inKeyring, key, nil
	}
	key, err := k.fileKey()
	if err == nil && k.Note != nil {
		k.Note("no keyring answers (" + ringErr.Error() + "); the key to what is held lies in " + k.path())
	}
	return inFile, key, err
}

func (k *Keys) path() string { return filepath.Join(k.Dir, keyName) }

func (k *Keys) readFile() ([]byte, bool) {
	text, _, ok := held.ReadOwn(k.path(), 2*keyBytes)
	if !ok {
		return nil, false
	}
	return decodeKey(string(text))
}

// fileKey reads the key file, or makes one.
func (k *Keys) fileKey() ([]byte, error) {
	if err := usable(k.Dir, held.Folder); err != nil {
		return nil, err
	}
	return k.alone(func() ([]byte, error) {
		if key, ok := k.readFile(); ok {
			return key, nil
		}
		key, text := newKey()
		return key, held.WriteOwn(k.path(), []byte(text))
	})
}

// alone makes a key while no other process does. Where no lock is to be had it
// goes on without: the last key made counts, and what was sealed with another is
// a miss.
func (k *Keys) alone(make func() ([]byte, error)) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), keyWait)
	defer cancel()
	if release, err := (Locks{Dir: k.Dir}).Hold(ctx, keyName); err == nil {
		defer release()
	}
	return make()
}

func newKey() (key []byte, text string) {
	key = make([]byte, keyBytes)
	rand.Read(key) // fills it or ends the program
	return key, hex.EncodeToString(key)
}

func decodeKey(text string) ([]byte, bool) {
	key, err := hex.DecodeString(text)
	return key, err == nil && len(key) == keyBytes
}
