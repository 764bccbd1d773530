package config

import (
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// domain is where Britive's tenants live.
const domain = "britive-app.com"

// bare matches the name of a Britive tenant. It may hold dots, and has its host
// below [domain] then, too.
var bare = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

// isHost reports whether a host and port are made of what those are made of. What
// else a URL can hold there means something to a shell or a terminal.
func isHost(host string) bool {
	odd := func(r rune) bool {
		return !strings.ContainsRune("._-:[]", r) && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}
	return host != "" && strings.IndexFunc(host, odd) < 0
}

// below reports whether a host is one of Britive's. Its own clients look at the
// end of the text alone.
func below(host string) bool { return strings.HasSuffix(strings.ToLower(host), domain) }

// isName reports whether a word names a Britive tenant rather than a host.
func isName(word string) bool {
	if _, err := netip.ParseAddr(word); err == nil || strings.EqualFold(word, "localhost") {
		return false
	}
	return bare.MatchString(word) && !below(word)
}

// ResolveTenant finds the tenant that is meant: the one named by arg (a name in
// Tenants, a URL, HOST:PORT, or the name of a Britive tenant), else the default
// one, else the only one. A broker named by its URL gets the settings of the
// tenant with the same URL. Codes: invalid.
func (c *Config) ResolveTenant(arg string) (Tenant, error) {
	name := strings.TrimSpace(arg)
	if name == "" {
		name = c.Tenant
	}
	if name == "" && len(c.Tenants) == 1 {
		for only := range c.Tenants {
			name = only
		}
	}
	if name == "" {
		return Tenant{}, c.unnamed()
	}
	if tenant, ok := named(c.Tenants, name); ok {
		address, err := address(tenant.URL)
		tenant.URL = address
		return tenant, err
	}
	address, err := address(name)
	if err != nil {
		return Tenant{}, err
	}
	if tenant, ok := c.at(address); ok {
		tenant.URL = address
		return tenant, nil
	}
	return Tenant{URL: address}, nil
}

// at is the tenant with that address.
func (c *Config) at(address string) (tenant Tenant, ok bool) {
	name, ok := c.NameOf(address)
	return c.Tenants[name], ok
}

// NameOf is the name of the tenant with that address, as [Config.ResolveTenant] writes
// it; the first where there are several.
func (c *Config) NameOf(wanted string) (name string, ok bool) {
	for _, name := range sortedKeys(c.Tenants) {
		if known, err := address(c.Tenants[name].URL); err == nil && known == wanted {
			return name, true
		}
	}
	return "", false
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

func (c *Config) unnamed() error {
	if len(c.Tenants) == 0 {
		return jit.Errorf(jit.Invalid, "find the tenant", "no tenant is configured").
			WithNext("kubectl jit login --tenant URL")
	}
	names := sortedKeys(c.Tenants)
	return jit.Errorf(jit.Invalid, "find the tenant", "there are several tenants (%s) and none is the default", strings.Join(names, ", ")).
		WithNext("add --tenant %s", names[0])
}

// address makes a URL of what a person types: https://HOST[:PORT], in lower case
// and without a slash at the end.
func address(name string) (string, error) {
	text := name
	switch {
	case strings.Contains(name, "://"):
	case isName(name):
		text = "https://" + name + "." + domain
	default:
		text = "https://" + name
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || !isHost(u.Host) {
		return "", jit.Errorf(jit.Invalid, "find the tenant", "%q is neither a tenant nor a URL", name).WithNext("kubectl jit config view")
	}
	if !strings.EqualFold(u.Scheme, "https") {
		return "", jit.Errorf(jit.Invalid, "find the tenant", "%q does not begin with https://", name).WithNext("kubectl jit login --tenant https://%s", u.Host)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "", jit.Errorf(jit.Invalid, "find the tenant", "%q is more than https://HOST[:PORT]", u.Redacted()).WithNext("kubectl jit login --tenant https://%s", u.Host)
	}
	return "https://" + strings.ToLower(u.Host), nil
}
