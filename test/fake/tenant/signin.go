package tenant

import (
	"crypto/sha512"
	"encoding/base64"
	"strings"
	"time"
)

// loginLasts is how long a sign-in may take from the page to the program.
const loginLasts = 10 * time.Minute

// login is a sign-in that a browser has finished and no program has fetched yet.
type login struct {
	person string
	until  time.Time
}

// Banner is what every command shows first.
type Banner struct{ Type, Message string } // INFO, WARNING or CAUTION

// SetBanner sets the banner; nil: none.
func (t *Tenant) SetBanner(b *Banner) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.banner = b
}

func (t *Tenant) signInRoutes() []route {
	return []route{
		{pattern: "HEAD /api/health", verb: t.health, open: true, anyType: true},
		{pattern: "GET /api/features", verb: t.features},
		{pattern: "GET /api/banner", verb: t.showBanner},
		{pattern: "POST /api/auth/validate", verb: t.validate},
		{pattern: "GET /api/v1/users/whoami", verb: t.whoami},
		{pattern: "DELETE /api/auth", verb: t.logout, query: []string{"type"}},
		{pattern: "POST /api/auth/cli/retrieve-tokens", verb: t.retrieveTokens, open: true, body: true},
		{pattern: "POST /api/step-up/authenticate/TOTP", verb: t.authenticateTOTP, body: true},
		{pattern: "GET /login", page: t.loginPage},
		{pattern: "GET /sso", page: t.loginPage},
		{pattern: "POST /login", page: t.loginForm},
	}
}

func (t *Tenant) health(*call) (any, error) { return nil, nil }

func (t *Tenant) features(*call) (any, error) {
	return []any{
		map[string]any{"name": "server-access", "enabled": false},
		map[string]any{"name": "step-up-verification", "enabled": true},
	}, nil
}

func (t *Tenant) showBanner(*call) (any, error) {
	if t.banner == nil {
		return nil, nil
	}
	return map[string]any{"messageType": t.banner.Type, "message": t.banner.Message}, nil
}

func (t *Tenant) validate(c *call) (any, error) {
	return map[string]any{"authenticationResult": map[string]any{
		"username": c.person.Name, "userId": c.person.ID, "type": c.person.kind(),
	}}, nil
}

// whoami: no public source says what its body is, and no client reads it.
func (t *Tenant) whoami(c *call) (any, error) {
	return map[string]any{"userId": c.person.ID, "username": c.person.Name}, nil
}

// logout ends a session. An API token has nothing to end.
func (t *Tenant) logout(c *call) (any, error) {
	if kind := c.URL.Query().Get("type"); kind != "" && kind != "sso" {
		return nil, invalid("there is no type %q", kind)
	}
	if c.held != nil {
		c.held.ended = true
	}
	return nil, nil
}

// retrieveTokens gives a program the session that a browser has made for it. The
// browser carried the hash; who has the verifier is the program. Before the
// browser is done, sources agree on a 4xx and on nothing else.
func (t *Tenant) retrieveTokens(c *call) (any, error) {
	var asked struct {
		AuthParameters struct {
			CLIToken string `json:"cliToken"`
		} `json:"authParameters"`
	}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	hash := hashOf(asked.AuthParameters.CLIToken)
	ready := t.logins[hash]
	if ready == nil || !time.Now().Before(ready.until) {
		return nil, refuse("AU-0020", "Invalid CLI token")
	}
	delete(t.logins, hash)
	person := t.known(ready.person)
	return map[string]any{"authenticationResult": map[string]any{
		"accessToken": t.newSession(person), "refreshToken": newID() + newID(), "userId": person.ID, "username": person.Name,
		"user": person.Name, "type": person.kind(), "success": true,
		"authTime": time.Now().UnixMilli(), "maxSessionTimeout": sessionLasts.Milliseconds(),
		"challengeParameters": map[string]any{"loginUrl": nil, "logoutUrl": nil, "challenge": nil},
	}}, nil
}

// hashOf is what the browser carries for a verifier.
func hashOf(verifier string) string {
	sum := sha512.Sum512([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// isHash reports whether a text can be one. The firewall before a tenant refuses
// two dashes in a row.
func isHash(text string) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil && len(raw) == sha512.Size && !strings.Contains(text, "--")
}
