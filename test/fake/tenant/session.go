package tenant

import (
	"strings"
	"time"
)

// apiTokenLength is below the 50 characters by which the SDK tells an API token
// from a session.
const apiTokenLength = 40

// sessionLasts is how long a sign-in is good.
const sessionLasts = 12 * time.Hour

// session is a sign-in through the browser.
type session struct {
	person string
	until  time.Time
	ended  bool
	calls  int // that are left, when it was told to end after some
	counts bool
}

// apiToken is a long-lived token of a person's or a service's.
type apiToken struct {
	person  string
	idle    time.Duration // how long it may be unused
	used    time.Time
	revoked bool
}

// NewAPIToken gives a person an API token, which ends when it is not used for so
// long.
func (t *Tenant) NewAPIToken(person string, idle time.Duration) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	token := (newID() + newID())[:apiTokenLength]
	t.apiTokens[token] = &apiToken{person: t.known(person).Name, idle: idle, used: time.Now()}
	return token
}

// RevokeAPITokens makes a person's API tokens worthless.
func (t *Tenant) RevokeAPITokens(person string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, token := range t.apiTokens {
		token.revoked = token.revoked || token.person == person
	}
}

// NewSession signs a person in without a browser and returns the access token.
func (t *Tenant) NewSession(person string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.newSession(t.known(person))
}

func (t *Tenant) newSession(p *Person) string {
	id, now := newID(), time.Now()
	t.sessions[id] = &session{person: p.Name, until: now.Add(sessionLasts)}
	return t.Sign(map[string]any{
		"jti": id, "username": p.Name, "sub": p.ID, "iat": now.Unix(), "exp": now.Add(sessionLasts).Unix(),
		"iss": "https://" + t.options.Host,
	})
}

// EndSessions ends a person's sessions after so many calls more.
func (t *Tenant) EndSessions(person string, after int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.sessions {
		if s.person == person {
			s.ended, s.counts, s.calls = after == 0, after > 0, after
		}
	}
}

// known finds a person that a test names. It panics where there is none: the
// test is wrong.
func (t *Tenant) known(name string) *Person {
	p := t.people[name]
	if p == nil {
		panic("tenant: there is no person " + name)
	}
	return p
}

// authenticate finds who calls. Each kind of token has its scheme. That an API
// token's end has codes of its own is published; which way a session ends, the
// clients tell: E0000.
func (t *Tenant) authenticate(c *call) error {
	scheme, token, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if token == "" || len(c.Header.Values("Authorization")) != 1 {
		return unauthorized()
	}
	var name string
	var err error
	switch scheme {
	case "TOKEN":
		name, err = t.byAPIToken(token)
	case "Bearer":
		name, c.held, err = t.bySession(token)
	case "WorkloadToken":
		name, err = t.byWorkload(token)
	default:
		err = unauthorized()
	}
	if err != nil {
		return err
	}
	c.person = t.known(name)
	return nil
}

func (t *Tenant) byAPIToken(token string) (string, error) {
	held, now := t.apiTokens[token], time.Now()
	switch {
	case held == nil:
		return "", unauthorized()
	case held.revoked:
		return "", refuse("AU-0016", "API token is revoked")
	case !now.Before(held.used.Add(held.idle)):
		return "", refuse("AU-0017", "API token is expired")
	}
	held.used = now
	return held.person, nil
}

func (t *Tenant) bySession(token string) (string, *session, error) {
	claims, ok := verify(token, &t.key.PublicKey)
	id, _ := claims["jti"].(string)
	held := t.sessions[id]
	if !ok || held == nil || held.ended || !time.Now().Before(held.until) {
		return "", nil, unauthorized()
	}
	if held.counts {
		if held.calls == 0 {
			held.ended = true
			return "", nil, unauthorized()
		}
		held.calls--
	}
	return held.person, held, nil
}
