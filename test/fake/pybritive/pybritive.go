// Package pybritive leaves files on a machine as pybritive does. It is written from
// what is known of that program's files, and shares nothing with their reader.
package pybritive

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Session is a sign-in that is left behind.
type Session struct {
	Section string // the tenant's alias
	Token   string
	Until   time.Time
}

// Config writes the configuration into a folder .britive, which is made.
func Config(folder, text string) error { return write(folder, "pybritive.config", text) }

// Plain writes sessions as the back end "file" does.
func Plain(folder string, sessions ...Session) error {
	return write(folder, "pybritive.credentials", ini(sessions))
}

// Sealed writes sessions as the back end "encrypted-file" does under a passphrase.
func Sealed(folder, passphrase string, sessions ...Session) error {
	var sealed []Session
	for _, s := range sessions {
		text, err := seal(s.Token, passphrase)
		if err != nil {
			return err
		}
		s.Token = text
		sealed = append(sealed, s)
	}
	return write(folder, "pybritive.credentials.encrypted", ini(sealed))
}

// write leaves a file that everybody can read, as the usual umask makes it.
func write(folder, name, text string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Chmod(path, 0o644)
}

func ini(sessions []Session) string {
	var b strings.Builder
	for _, s := range sessions {
		fmt.Fprintf(&b, "[%s]\naccessToken=%s\nsafeExpirationTime=%d\n\n", s.Section, s.Token, s.Until.UnixMilli())
	}
	return b.String()
}

// seal is base64(FERNET) ":" base64(SALT), the key derived from passphrase and salt.
func seal(text, passphrase string) (string, error) {
	salt, iv := make([]byte, 32), make([]byte, aes.BlockSize)
	rand.Read(salt)
	rand.Read(iv)
	key, err := pbkdf2.Key(sha256.New, passphrase, salt, 100_000, 32)
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(key[16:])
	if err != nil {
		return "", err
	}
	fill := aes.BlockSize - len(text)%aes.BlockSize
	blocks := []byte(text + strings.Repeat(string(rune(fill)), fill))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(blocks, blocks)
	token := binary.BigEndian.AppendUint64([]byte{0x80}, uint64(time.Now().Unix()))
	token = append(append(token, iv...), blocks...)
	mac := hmac.New(sha256.New, key[:16])
	mac.Write(token)
	fernet := base64.URLEncoding.EncodeToString(mac.Sum(token))
	return base64.StdEncoding.EncodeToString([]byte(fernet)) + ":" + base64.StdEncoding.EncodeToString(salt), nil
}
