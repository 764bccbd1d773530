package cache

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
)

// Sealed keeps files as [File] does, each encrypted with AES-256-GCM under the
// key that keys gives. A file is one line that says where its key lies, then the
// nonce and the sealed data. Line and name are bound in: a file that was changed
// or put in another's place is a miss.
//
//	kubectl-jit/sealed/1 keyring
//	<12 bytes of nonce> <sealed data> <16 bytes of tag>
func Sealed(dir string, keys *Keys) Store { return sealed{File(dir), keys} }

type sealed struct {
	Store
	keys *Keys
}

const sealMark = "kubectl-jit/sealed/1 "

func (s sealed) Get(name string) ([]byte, error) {
	data, err := s.Store.Get(name)
	if err != nil {
		return nil, err
	}
	line, box, _ := bytes.Cut(data, []byte{'\n'})
	where, ok := bytes.CutPrefix(line, []byte(sealMark))
	if !ok {
		return nil, miss(name)
	}
	key, err := s.keys.find(place(where))
	if err != nil {
		return nil, err
	}
	seal, err := newSeal(key)
	if err != nil {
		return nil, err
	}
	text, err := seal.Open(nil, nil, box, bound(place(where), name))
	if err != nil {
		return nil, miss(name)
	}
	return text, nil
}

func (s sealed) Put(name string, data []byte) error {
	where, key, err := s.keys.choose()
	if err != nil {
		return err
	}
	seal, err := newSeal(key)
	if err != nil {
		return err
	}
	file := []byte(sealMark + string(where) + "\n")
	return s.Store.Put(name, seal.Seal(file, nil, data, bound(where, name))) //nolint:gosec // this seal makes its nonces itself and takes none
}

func newSeal(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func bound(where place, name string) []byte { return []byte(sealMark + string(where) + "\n" + name) }
