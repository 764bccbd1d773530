package pybritive

import (
	"cmp"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// The names by which the tools are known.
const (
	Name = "pybritive"
	Bctl = "bctl"
)

// Config is the configuration of one of the tools, as far as it means anything
// here. Names are in lower case, as both tools have them once they have read them.
type Config struct {
	// Tool is whose it is: [Name] or [Bctl].
	Tool string

	// Path is the file it was read from.
	Path string

	// Tenant is the address of the tenant that is meant when none is named; empty
	// where none is.
	Tenant string

	// Tenants are the addresses of the tenants, by the alias they are called by.
	Tenants map[string]string

	// Aliases are paths of profiles, application/environment/profile with slashes
	// in names escaped, by their alias.
	Aliases map[string]string

	// Left is what is not taken, and why, each as a sentence for people.
	Left []string

	// CABundle is a file with certificates that are trusted; empty where none is
	// named.
	CABundle string

	plain bool // the backend that keeps sessions without a cipher
}

// HomeVariable names the folder in which pybritive makes its own.
const HomeVariable = "PYBRITIVE_HOME_DIR"

// Folder is where pybritive keeps its files: .britive in the folder that
// [HomeVariable] names, or the home folder; empty where there is neither.
func Folder(getenv func(string) string) string {
	home := getenv(HomeVariable)
	if home == "" {
		var err error
		if home, err = os.UserHomeDir(); err != nil {
			return ""
		}
	}
	return filepath.Join(home, ".britive")
}

// Read reads pybritive's configuration in its folder. Where there is none the
// error is [fs.ErrNotExist]. Codes: invalid (its form), unavailable (it cannot be
// read, or others can write it).
func Read(folder string) (*Config, error) {
	if folder == "" {
		return nil, fs.ErrNotExist
	}
	path := filepath.Join(folder, "pybritive.config")
	text, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	sections, err := parseINI(path, text)
	if err != nil {
		return nil, err
	}
	c := &Config{Tool: Name, Path: path, Tenants: map[string]string{}, Aliases: map[string]string{}}
	byName := map[string]string{}
	var fallback string
	for _, s := range sections {
		name := strings.ToLower(s.name)
		switch {
		case name == "global":
			fallback = strings.ToLower(s.get("default_tenant"))
			c.takeBundle(s.get("ca_bundle"))
			c.plain = strings.EqualFold(s.get("credential_backend"), "file")
		case name == "profile-aliases":
			c.takeAliases(s)
		case strings.HasPrefix(name, "tenant-"):
			c.takeTenant(strings.ReplaceAll(name, "tenant-", ""), s, byName) // every "tenant-", as pybritive does
		}
	}
	c.Tenant = cmp.Or(c.Tenants[fallback], byName[fallback])
	if fallback == "" && len(c.Tenants) == 1 {
		for _, only := range c.Tenants {
			c.Tenant = only
		}
	}
	return c, nil
}

// takeBundle takes the certificates, where they are there: pybritive does not miss
// them.
func (c *Config) takeBundle(path string) {
	c.CABundle = ""
	if path == "" {
		return
	}
	if _, err := os.Stat(path); err != nil || !filepath.IsAbs(path) {
		c.leave("ca_bundle: there is no file %q", path)
		return
	}
	c.CABundle = path
}

func (c *Config) takeTenant(alias string, s section, byName map[string]string) {
	name := cmp.Or(s.get("name"), alias)
	address, err := Address(name)
	switch {
	case !plain(alias):
		c.leave("the tenant %q: its name holds characters that no name has", alias)
	case err != nil:
		c.leave("the tenant %q: %v", alias, err)
	default:
		c.Tenants[alias], byName[strings.ToLower(name)] = address, address
	}
}

func (c *Config) takeAliases(s section) {
	for _, entry := range s.entries {
		c.takeAlias(strings.ToLower(entry.key), entry.value)
	}
}

// takeAlias takes an alias that means a profile. One whose name could be read as a
// path is left.
func (c *Config) takeAlias(name, profile string) {
	access, err := jit.ParsePath(profile)
	switch {
	case !plain(name) || strings.ContainsAny(name, `/\`):
		c.leave("the alias %q: its name holds characters that no name has", name)
	case !plain(profile):
		c.leave("the alias %q: what it stands for holds characters that no path has", name)
	case strings.HasPrefix(strings.ToLower(profile), "resources/"):
		c.leave("the alias %q: it stands for a resource, not for a profile", name)
	case err != nil:
		c.leave("the alias %q: %v", name, err)
	default:
		c.Aliases[name] = access.Path()
	}
}

func (c *Config) leave(format string, args ...any) {
	c.Left = append(c.Left, jit.Errorf(jit.Invalid, "", format, args...).Error())
}

// plain reports whether a text has something in it and nothing that drives a
// terminal or breaks a line.
func plain(text string) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// domain is what the names of Britive's tenants end in.
const domain = "britive-app.com"

var host = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// Address is where pybritive finds a tenant that it is told the name of: the host
// in a name or URL, with Britive's domain where it does not end in it already. A
// whole URL of another host stands for itself, with its port: so a broker of one's
// own can be named.
func Address(name string) (string, error) {
	text := strings.ToLower(strings.TrimSpace(name))
	whole := strings.Contains(text, "://")
	if !whole {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.User != nil || !host.MatchString(u.Hostname()) {
		return "", errors.New("it names no host")
	}
	switch {
	case strings.HasSuffix(u.Hostname(), domain):
		return "https://" + u.Hostname(), nil
	case whole:
		return "https://" + u.Host, nil
	}
	return "https://" + u.Hostname() + "." + domain, nil
}

// TenantArg is the tenant that the arguments of pybritive-kube-exec name; empty where
// they name none.
func TenantArg(args []string) string {
	for i, arg := range args {
		switch {
		case (arg == "-t" || arg == "--tenant") && i+1 < len(args):
			return args[i+1]
		case strings.HasPrefix(arg, "--tenant="):
			return strings.TrimPrefix(arg, "--tenant=")
		case strings.HasPrefix(arg, "-t") && len(arg) > 2:
			return arg[2:]
		}
	}
	return ""
}
