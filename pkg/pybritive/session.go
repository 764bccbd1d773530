package pybritive

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/jwt"
)

// PassphraseVariable is where pybritive looks for the passphrase of its encrypted
// file. Without it the passphrase is made of what the machine says of itself.
const PassphraseVariable = "PYBRITIVE_ENCRYPTED_CREDENTIAL_PASSPHRASE"

// Session is a sign-in that pybritive keeps.
type Session struct {
	Tenant  string    // the address of the tenant, as in [Config]
	Until   time.Time // its end; the tenant may end it sooner
	File    string    // where it lies
	Exposed bool      // others may read that file

	CABundle string // as in [Config]

	sealed bool
	token  jit.Secret // as it lies in the file
}

// Sessions are pybritive's sign-ins, those that have ended too. Codes: invalid (the
// file's form), denied (it is not safe to use), unavailable (it cannot be read).
func (c *Config) Sessions() ([]Session, error) {
	path := filepath.Join(filepath.Dir(c.Path), "pybritive.credentials")
	if !c.plain {
		path += ".encrypted"
	}
	text, exposed, err := readSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sections, err := parseINI(path, text)
	if err != nil {
		return nil, err
	}
	var all []Session
	for _, s := range sections {
		ms, err := strconv.ParseInt(s.get("safeExpirationTime"), 10, 64)
		address, unknown := c.tenantOf(s.name)
		token := s.get("accessToken")
		if err != nil || unknown != nil || token == "" {
			continue
		}
		all = append(all, Session{
			Tenant: address, Until: time.UnixMilli(ms), File: path, Exposed: exposed, CABundle: c.CABundle,
			sealed: !c.plain, token: jit.NewSecret(token),
		})
	}
	return all, nil
}

// tenantOf is the tenant that a section of the credentials is of: it has the
// tenant's alias, or its name where pybritive was told that.
func (c *Config) tenantOf(name string) (string, error) {
	if address, ok := c.Tenants[strings.ToLower(name)]; ok {
		return address, nil
	}
	return Address(name)
}

// SessionAt is the sign-in at a tenant that ends last; ok says whether there is
// one. Codes: those of [Config.Sessions].
func (c *Config) SessionAt(address string) (s Session, ok bool, err error) {
	all, err := c.Sessions()
	all = slices.DeleteFunc(all, func(s Session) bool { return s.Tenant != address })
	if err != nil || len(all) == 0 {
		return Session{}, false, err
	}
	return slices.MaxFunc(all, func(a, b Session) int { return a.Until.Compare(b.Until) }), true, nil
}

// Open returns the token of the session: by the passphrase of [PassphraseVariable],
// else by what pybritive makes of the machine. It takes some 30 ms where the file is
// encrypted, which the cipher is made for. Codes: denied (that does not open it).
func (s Session) Open(getenv func(string) string) (jit.Secret, error) {
	passphrase, why := getenv(PassphraseVariable), "the passphrase in "+PassphraseVariable+" is another one"
	if passphrase == "" {
		passphrase, why = machinePassphrase(getenv), "it has a passphrase of its own: set "+PassphraseVariable+" to it"
	}
	if token, ok := s.OpenBy(jit.NewSecret(passphrase)); ok {
		return token, nil
	}
	return jit.Secret{}, jit.Errorf(jit.Denied, "open "+s.File, "%s", why)
}

// OpenBy is Open with this passphrase.
func (s Session) OpenBy(passphrase jit.Secret) (token jit.Secret, ok bool) {
	if !s.sealed {
		return s.token, true
	}
	if passphrase.Empty() {
		return jit.Secret{}, false
	}
	text, ok := unseal(s.token.Reveal(), passphrase.Reveal())
	return jit.NewSecret(text), ok
}

// Person is what a session's token says of whose it is, for telling one person from
// another: nobody has checked it. It is empty where the token says nothing.
func (s Session) Person(token jit.Secret) string {
	claims, _ := jwt.Parse(token.Reveal())
	if claims.Username == "" {
		return ""
	}
	return "pybritive:" + claims.Username
}
