package mint

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// AWS gives keys of a role that is assumed with another role's keys for an hour at
// most, and any for 15 minutes at least.
const (
	longestChained = time.Hour
	shortestLived  = 15 * time.Minute
)

// further goes on from the keys of a checkout to those of the last role that the
// call asks for: the held ones, or new ones, which are held beside them and
// forgotten with it. They end with the checkout, or as soon after it as AWS can.
func (m *Mint) further(ctx context.Context, ask Ask, keys heldKeys) (heldKeys, error) {
	chain := nameOf(ask.Roles)
	last := keys
	if kept, known := keys.Further[chain]; known {
		last.Credential = kept
		if last.usable(m.now()) && last.lasts(m.now(), keys.NotAfter) {
			return last, nil
		}
	}
	last.Credential = keys.Credential
	for _, role := range ask.Roles {
		role, err := m.named(ctx, ask, role)
		if err != nil {
			return heldKeys{}, err
		}
		if last.Credential, err = m.Roles.Assume(ctx, role, last.Credential, m.now(), m.chained(keys)); err != nil {
			return heldKeys{}, ask.inWords(err)
		}
	}
	keys.Further = maps.Clone(keys.Further)
	if keys.Further == nil {
		keys.Further = map[string]jit.Credential{}
	}
	keys.Further[chain] = last.Credential
	m.keep(ask, keys)
	return last, nil
}

// chained is how long the keys of a further role shall live.
func (m *Mint) chained(keys heldKeys) time.Duration {
	if keys.NotAfter.IsZero() {
		return shortestLived
	}
	return max(shortestLived, min(longestChained, keys.NotAfter.Sub(m.now())))
}

// named completes a role by what it leaves open: the AWS session is called like
// the person, so that logs at AWS and aws-auth can name them.
func (m *Mint) named(ctx context.Context, ask Ask, role jit.Role) (jit.Role, error) {
	role.Region = cmp.Or(role.Region, ask.Cluster.Region)
	role.SessionName = cmp.Or(role.SessionName, m.Name)
	if role.SessionName != "" {
		return role, nil
	}
	who, err := m.Broker.Whoami(ctx)
	role.SessionName = who.Name
	return role, err
}

// nameOf names a chain of roles by all that makes it what it is.
func nameOf(roles []jit.Role) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", roles)) // fmt sorts the tags
	return hex.EncodeToString(sum[:8])
}
