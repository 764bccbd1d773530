package caller

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Profiles asks the broker what the person may ask for, and keeps the paths for
// [Caller.Listed]. Where they cannot be kept, nothing is lost but completions.
func (conn *Connection) Profiles(ctx context.Context) ([]jit.Profile, error) {
	all, err := conn.Broker.Profiles(ctx)
	if err == nil {
		_ = conn.listed.keep(all)
	}
	return all, err
}

// Listed are the paths of the profiles that the broker listed last for this
// person at the tenant, a line each and sorted; empty where it was never asked.
// Nobody is asked now, neither the broker nor the keyring.
func (c *Caller) Listed(settings *config.Config, tenant config.Tenant) string {
	return c.listedAt(c.Folders(settings), tenant).read()
}

// listed is the file with the paths that one person may ask for at one tenant.
type listed string

// mostListed bounds that file, in bytes: some 100,000 profiles.
const mostListed = 8 << 20

// listedAt is the file for who is signed in at the tenant. Signing in as somebody
// else removes it, so its name tells only the tokens of the environment apart, and workloads.
func (c *Caller) listedAt(f Folders, tenant config.Tenant) listed {
	if f.Listed == "" {
		return ""
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", tenant.URL, c.Getenv(EnvToken), tenant.Federation))
	return listed(filepath.Join(f.Listed, hex.EncodeToString(key[:16])))
}

// keep writes the paths. One that holds a line end could pass for two, and is
// left out; no shell could be offered it either.
func (l listed) keep(all []jit.Profile) error {
	if l == "" {
		return nil
	}
	var b strings.Builder
	for _, profile := range all {
		path := profile.Path()
		if strings.ContainsAny(path, "\r\n") {
			continue
		}
		if b.Len()+len(path) >= mostListed {
			return os.Remove(string(l)) // half a listing would hide the other half
		}
		b.WriteString(path + "\n")
	}
	return held.WriteOwn(string(l), []byte(b.String()))
}

func (l listed) read() string {
	if l == "" {
		return ""
	}
	text, _, _ := held.ReadOwn(string(l), mostListed)
	return string(text)
}
