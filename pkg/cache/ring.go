package cache

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Ring is a keyring. Its Get fails with [ErrNoKey] when it holds no such key, and
// with any other error when it does not answer.
type Ring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// ErrNoKey says that a [Ring] answers and holds no such key.
var ErrNoKey = keyring.ErrNotFound

const (
	ringService = "kubectl-jit"
	ringUser    = "sealing key"

	// ringWait bounds one call of a keyring: it may wait for a dialog that
	// nobody sees.
	ringWait = time.Second
)

// ringAnswer is what the keyring said when it was asked.
type ringAnswer struct {
	asked bool
	key   []byte
	err   error
}

// askRing returns the key in the keyring, or ErrNoKey, or why it does not answer.
// The keyring is asked once a process.
func (k *Keys) askRing() ([]byte, error) {
	if !k.ring.asked {
		k.ring.asked = true
		k.ring.key, k.ring.err = k.fromRing()
	}
	return k.ring.key, k.ring.err
}

// ringKey is askRing, and makes a key where the keyring holds none.
func (k *Keys) ringKey() ([]byte, error) {
	if key, err := k.askRing(); !errors.Is(err, ErrNoKey) {
		return key, err
	}
	k.ring.key, k.ring.err = k.alone(func() ([]byte, error) {
		if key, err := k.fromRing(); !errors.Is(err, ErrNoKey) {
			return key, err // made by another process meanwhile
		}
		key, text := newKey()
		_, err := inTime(func() (string, error) { return "", k.theRing().Set(ringService, ringUser, text) })
		return key, err
	})
	return k.ring.key, k.ring.err
}

func (k *Keys) fromRing() ([]byte, error) {
	text, err := inTime(func() (string, error) { return k.theRing().Get(ringService, ringUser) })
	if err != nil {
		return nil, err
	}
	key, ok := decodeKey(text)
	if !ok {
		return nil, ErrNoKey // something else lies there: a new key replaces it
	}
	return key, nil
}

// Forget removes the key from the keyring, where one answers: what was sealed
// with it can be read by nobody any more. A key file is a file of its folder.
func (k *Keys) Forget() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := k.askRing(); err != nil {
		return nil // it holds no key of ours, or there is none
	}
	k.ring = ringAnswer{}
	_, err := inTime(func() (string, error) { return "", k.theRing().Delete(ringService, ringUser) })
	if err != nil {
		return jit.Errorf(jit.Unavailable, "remove the key from the keyring", "%w", err)
	}
	return nil
}

func (k *Keys) theRing() Ring {
	if k.Ring == nil {
		return systemRing{}
	}
	return k.Ring
}

// inTime calls the keyring and waits for it no longer than ringWait.
func inTime(call func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := call()
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		return a.text, a.err
	case <-time.After(ringWait):
		return "", errors.New("no answer within " + ringWait.String())
	}
}

// unanswered is the error of a keyring that was told to be used and cannot be.
func unanswered(err error) error {
	return jit.Errorf(jit.Unavailable, "ask the keyring", "%w", err).
		WithNext(`unlock the keyring, or set "storage: file" in the configuration`)
}

// systemRing is the keyring of the operating system.
type systemRing struct{}

func (systemRing) Get(service, user string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	return keyring.Get(service, user)
}

func (systemRing) Set(service, user, secret string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Set(service, user, secret)
}

func (systemRing) Delete(service, user string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Delete(service, user)
}

// reachable keeps the D-Bus library, where there is no session bus, from starting
// one: it would run dbus-launch, which leaves a process behind. It does so for the
// address "autolaunch:", too.
func reachable() error {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" || address != "" && address != "autolaunch:" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")); err != nil || os.Getenv("XDG_RUNTIME_DIR") == "" {
		return errors.New("there is no session bus")
	}
	return nil
}
