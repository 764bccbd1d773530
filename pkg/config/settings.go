package config

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
)

// setting is a key of the file with one text as its value.
type setting struct {
	key    string
	value  *string
	values []string // what it may be; any text where there is none. The first is what "" means
}

// settings are the keys of the file that are no maps.
func (c *Config) settings() []setting {
	return []setting{
		{"tenant", &c.Tenant, nil},
		{"extend", &c.Extend, []string{"auto", "never"}},
		{"offline", &c.Offline, []string{"allow", "deny"}},
		{"storage", &c.Storage, []string{"keyring", "file", "none"}},
		{"pybritive", &c.Pybritive, []string{"use", "ignore"}},
	}
}

// Settings are the keys that [Config.Set] takes.
func Settings() []string {
	var keys []string
	for _, s := range new(Config).settings() {
		keys = append(keys, s.key)
	}
	return keys
}

// Values are what a setting may be; none where it may be any text.
func Values(key string) []string {
	for _, s := range new(Config).settings() {
		if s.key == key {
			return s.values
		}
	}
	return nil
}

// Set gives a setting a value; an empty one is its usual one. Codes: invalid.
func (c *Config) Set(key, value string) error {
	all := c.settings()
	at := slices.IndexFunc(all, func(s setting) bool { return s.key == key })
	if at < 0 {
		err := jit.Errorf(jit.Invalid, "set "+key, "there is no such setting: there are %s", strings.Join(Settings(), ", "))
		if near := nearest.Names(key, Settings()); len(near) > 0 {
			err = jit.Errorf(jit.Invalid, "set "+key, "there is no such setting: did you mean %q?", near[0])
		}
		return err.WithNext("kubectl jit config set --help")
	}
	s := all[at]
	if value != "" && len(s.values) > 0 && !slices.Contains(s.values, value) {
		return jit.Errorf(jit.Invalid, "set "+key, "%q: want %s", value, orList(s.values))
	}
	*s.value = value
	if key == "tenant" && value != "" {
		_, err := c.ResolveTenant(value)
		return err
	}
	return nil
}

// Usual returns the configuration with what its empty settings mean. The storage
// stays open: it is the keyring where there is one, else a file.
func (c *Config) Usual() *Config {
	usual := clone(c)
	for _, s := range usual.settings() {
		if *s.value == "" && len(s.values) > 0 && s.key != "storage" {
			*s.value = s.values[0]
		}
	}
	return usual
}

// Over returns the configuration with what it leaves open taken from another: tenants
// and aliases of names that it does not have, and the default tenant where it knows
// no tenant at all. A tenant that it knows by another name keeps its settings.
func (c *Config) Over(under *Config) *Config {
	all := clone(c)
	if all.Tenant == "" && len(c.Tenants) == 1 {
		for only := range c.Tenants {
			all.Tenant = only
		}
	}
	if all.Tenant == "" && len(c.Tenants) == 0 {
		all.Tenant = under.Tenant
	}
	for name, tenant := range under.Tenants {
		if _, taken := all.Tenants[name]; taken {
			continue
		}
		if all.Tenants == nil {
			all.Tenants = map[string]Tenant{}
		}
		if known, ok := c.at(tenant.URL); ok {
			tenant = known
		}
		all.Tenants[name] = tenant
	}
	for name, alias := range under.Aliases {
		if _, taken := c.Alias(name); taken {
			continue
		}
		if all.Aliases == nil {
			all.Aliases = map[string]Alias{}
		}
		all.Aliases[name] = alias
	}
	return all
}

// Alias is the alias of that name: exactly, or but for its case.
func (c *Config) Alias(name string) (alias Alias, ok bool) { return named(c.Aliases, name) }

// named is what has that name in a map: exactly, or but for its case. The first by
// name counts where there are several.
func named[T any](m map[string]T, name string) (value T, ok bool) {
	if value, ok := m[name]; ok {
		return value, true
	}
	for _, known := range sortedKeys(m) {
		if strings.EqualFold(known, name) {
			return m[known], true
		}
	}
	return value, false
}

// orList writes the values that something may have.
func orList(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = strconv.Quote(value)
	}
	return strings.Join(quoted, " or ")
}
