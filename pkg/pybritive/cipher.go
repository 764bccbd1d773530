package pybritive

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

const (
	rounds  = 100_000 // of PBKDF2
	maxSalt = 64      // bytes; pybritive's have 32

	// A Fernet token is its version, 8 bytes of time, the first block, the sealed
	// blocks and a MAC of all that.
	fernetVersion = 0x80
	fernetTime    = 8
)

// unseal opens a value of the encrypted file, base64(FERNET) ":" base64(SALT), where
// FERNET is a token of https://github.com/fernet/spec under a key derived from the
// passphrase.
func unseal(value, passphrase string) (text string, ok bool) {
	first, second, found := strings.Cut(value, ":")
	token, err := base64.StdEncoding.DecodeString(first)
	if !found || err != nil {
		return "", false
	}
	salt, err := base64.StdEncoding.DecodeString(second)
	if err != nil || len(salt) > maxSalt {
		return "", false
	}
	key, err := pbkdf2.Key(sha256.New, passphrase, salt, rounds, 2*aes.BlockSize)
	if err != nil {
		return "", false
	}
	return fernet(string(token), key)
}

// fernet opens a token; the first half of the key signs, the second seals. The age
// of a token does not matter here: that of the session stands beside it.
func fernet(token string, key []byte) (text string, ok bool) {
	box, err := base64.URLEncoding.DecodeString(token)
	const head = 1 + fernetTime + aes.BlockSize
	if err != nil || len(box) < head+aes.BlockSize+sha256.Size || box[0] != fernetVersion {
		return "", false
	}
	signed, sum := box[:len(box)-sha256.Size], box[len(box)-sha256.Size:]
	mac := hmac.New(sha256.New, key[:aes.BlockSize])
	mac.Write(signed)
	if !hmac.Equal(mac.Sum(nil), sum) {
		return "", false
	}
	block, err := aes.NewCipher(key[aes.BlockSize:])
	blocks := signed[head:]
	if err != nil || len(blocks)%aes.BlockSize != 0 {
		return "", false
	}
	cipher.NewCBCDecrypter(block, signed[1+fernetTime:head]).CryptBlocks(blocks, blocks)
	return unpad(blocks)
}

// unpad drops what filled the last block up: as many bytes as each of them says.
func unpad(blocks []byte) (text string, ok bool) {
	n := int(blocks[len(blocks)-1])
	if n == 0 || n > aes.BlockSize {
		return "", false
	}
	text, filling := string(blocks[:len(blocks)-n]), string(blocks[len(blocks)-n:])
	return text, filling == strings.Repeat(string(rune(n)), n)
}
