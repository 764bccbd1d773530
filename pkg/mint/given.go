package mint

import (
	"context"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// A broker's own token for a cluster may live for hours. It is published in parts,
// as long as a token of EKS, so that a client comes back and the broker is asked
// whether the checkout still stands; and since it is worth more than one of those
// it lies in the sealed file of the keys, and in no plain one.
const (
	publishedFor = 14 * time.Minute
	renewBefore  = time.Minute
	shortestLeft = 10 * time.Second
)

// token is the token that held keys are worth on the cluster: signed with them,
// or the one that the broker gave.
func (m *Mint) token(ctx context.Context, ask Ask, keys heldKeys) (jit.Token, error) {
	if !keys.Bearer.Empty() {
		if ask.Cluster.Name != "" { // the client would send it to a cluster that it is not for
			return jit.Token{}, jit.Errorf(jit.Invalid, ask.op(), "it gives a token for its own cluster, and not for %s", ask.Cluster.Name).WithNext("%s", ask.Login())
		}
		keys.Given = m.now()
		m.keep(ask, keys)
		token := keys.given()
		if token.Expires.Sub(m.now()) < shortestLeft {
			return jit.Token{}, jit.Errorf(jit.Denied, ask.op(), "the checkout or its token ends at %s: too little time is left", clock(token.Expires)).WithNext("%s", ask.Login())
		}
		return token, nil
	}
	if ask.Cluster.Name == "" {
		return jit.Token{}, jit.Errorf(jit.Invalid, ask.op(), "it gives AWS keys, so --cluster must say for which cluster").WithNext("%s", ask.Login())
	}
	token, err := m.Issuer.Token(ctx, ask.Cluster, keys.Credential, m.now(), keys.NotAfter)
	return token, ask.tooLate(err)
}

// given is the broker's token, as it is published.
func (keys heldKeys) given() jit.Token {
	token := jit.Token{Value: keys.Bearer, Expires: keys.Given.Add(publishedFor)}
	for _, end := range []time.Time{keys.Expires, keys.NotAfter} {
		if !end.IsZero() && end.Before(token.Expires) {
			token.Expires = end
		}
	}
	return token
}

// heldGiven is the broker's token that is held for a call that names no cluster.
func (m *Mint) heldGiven(ask Ask) (jit.Token, bool) {
	if ask.Cluster.Name != "" {
		return jit.Token{}, false
	}
	keys, known := m.recall(ask)
	if !known || keys.Bearer.Empty() || keys.Given.IsZero() || keys.Given.After(m.now()) {
		return jit.Token{}, false
	}
	token := keys.given()
	if token.Expires.Sub(m.now()) <= renewBefore {
		return jit.Token{}, false
	}
	token.Expires = token.Expires.Add(-m.skew())
	return token, true
}

// noKeys is the error of a call for AWS keys where a token of a cluster is given.
func (a Ask) noKeys() error {
	return jit.Errorf(jit.Invalid, a.op(), "its profile gives a token for a cluster, and no AWS keys")
}
