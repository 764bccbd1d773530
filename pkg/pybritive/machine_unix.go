//go:build unix

package pybritive

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os/exec"
	"os/user"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// machinePassphrase is what pybritive takes where it is told no passphrase: a sum of
// the user's name and what the machine says of itself, without blanks. It changes
// with the kernel and with the host's name; then pybritive cannot open its file
// either.
func machinePassphrase(getenv func(string) string) string {
	var says unix.Utsname
	if unix.Uname(&says) != nil {
		return ""
	}
	words := []string{userName(getenv)}
	for _, field := range [][]byte{says.Sysname[:], says.Nodename[:], says.Release[:], says.Version[:], says.Machine[:]} {
		word, _, _ := bytes.Cut(field, []byte{0})
		words = append(words, string(word))
	}
	words = append(words, processor())
	sum := sha256.Sum256([]byte(strings.ReplaceAll(strings.Join(words, "|"), " ", "")))
	return hex.EncodeToString(sum[:])
}

// userName is the person as Python's getpass sees them.
func userName(getenv func(string) string) string {
	if name := cmp.Or(getenv("LOGNAME"), getenv("USER"), getenv("LNAME"), getenv("USERNAME")); name != "" {
		return name
	}
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// processor is what Python's platform module asks the program uname for; empty
// where that does not know.
func processor() string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	answer, err := exec.CommandContext(ctx, "uname", "-p").Output()
	if word := strings.TrimSpace(string(answer)); err == nil && word != "unknown" {
		return word
	}
	return ""
}
