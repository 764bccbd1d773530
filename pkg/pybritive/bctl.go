package pybritive

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// BctlPath is where bctl keeps its configuration: bctl/config.yaml below
// $XDG_CONFIG_HOME or ~/.config; empty where there is neither.
func BctlPath(getenv func(string) string) string {
	base := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		base = filepath.Join(home, ".config")
	}
	return filepath.Join(base, "bctl", "config.yaml")
}

// ReadBctl reads bctl's configuration. Where there is none the error is
// [fs.ErrNotExist]. Its sign-in is not for us: it lies in a keyring under bctl's own
// name. Codes: those of [Read].
func ReadBctl(path string) (*Config, error) {
	if path == "" {
		return nil, fs.ErrNotExist
	}
	text, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Tenant   string `yaml:"tenant"`
		Profiles map[string]struct {
			Path string `yaml:"britive_path"`
		} `yaml:"profiles"`
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		return nil, jit.Errorf(jit.Invalid, "read "+path, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	c := &Config{Tool: Bctl, Path: path, Tenants: map[string]string{}, Aliases: map[string]string{}}
	if file.Tenant != "" {
		c.takeBctlTenant(strings.ToLower(strings.TrimSpace(file.Tenant)))
	}
	for _, alias := range slices.Sorted(maps.Keys(file.Profiles)) {
		c.takeAlias(strings.ToLower(alias), file.Profiles[alias].Path)
	}
	return c, nil
}

// takeBctlTenant takes the tenant, which bctl always finds in Britive's domain.
func (c *Config) takeBctlTenant(name string) {
	name = strings.TrimPrefix(name, "https://")
	name = strings.TrimSuffix(strings.TrimRight(name, "/"), "."+domain)
	c.takeTenant(name, section{}, map[string]string{})
	c.Tenant = c.Tenants[name]
}
