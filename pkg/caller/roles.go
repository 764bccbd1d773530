package caller

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// assumeFlag begins a role; the others say more about the role before them.
const (
	assumeFlag      = "assume-role"
	externalIDFlag  = "external-id"
	tagFlag         = "session-tag"
	sessionNameFlag = "role-session-name"
	regionFlag      = "role-region"
)

// RoleFlags declares what names further roles, in the order in which they are
// assumed.
func RoleFlags(f *pflag.FlagSet, roles *[]jit.Role) {
	of := func(set func(*jit.Role, string) error) roleFlag { return roleFlag{roles, set} }
	f.Var(beginRole{roles}, assumeFlag, "a further IAM role to assume, by its ARN; several are assumed one after the other")
	f.Var(of(func(r *jit.Role, text string) error { r.ExternalID = text; return nil }), externalIDFlag, "of the --assume-role before it: the external id that its trust policy asks for")
	f.Var(of(setTag), tagFlag, "of the --assume-role before it: a session tag, KEY=VALUE; may be repeated")
	f.Var(of(func(r *jit.Role, text string) error { r.SessionName = text; return nil }), sessionNameFlag, "of the --assume-role before it: the name of the session, in place of yours")
	f.Var(of(func(r *jit.Role, text string) error { r.Region = text; return nil }), regionFlag, "of the --assume-role before it: the region whose STS is asked, in place of the cluster's")
}

// RoleFlagNames are the names of these flags.
func RoleFlagNames() []string {
	return []string{assumeFlag, externalIDFlag, tagFlag, sessionNameFlag, regionFlag}
}

// RoleArgs writes the roles as flags.
func RoleArgs(roles []jit.Role) (args []string) {
	add := func(flag, value string) {
		if value != "" {
			args = append(args, "--"+flag, value)
		}
	}
	for _, r := range roles {
		add(assumeFlag, r.ARN)
		add(externalIDFlag, r.ExternalID)
		for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
			add(tagFlag, key+"="+r.Tags[key])
		}
		add(sessionNameFlag, r.SessionName)
		add(regionFlag, r.Region)
	}
	return args
}

// beginRole is --assume-role.
type beginRole struct{ roles *[]jit.Role }

func (b beginRole) String() string { return "" }
func (b beginRole) Type() string   { return "ARN" }

func (b beginRole) Set(text string) error {
	role := jit.Role{ARN: text}
	*b.roles = append(*b.roles, role)
	return role.Check()
}

// roleFlag says something of the last role.
type roleFlag struct {
	roles *[]jit.Role
	set   func(*jit.Role, string) error
}

func (f roleFlag) String() string { return "" }
func (f roleFlag) Type() string   { return "string" }

func (f roleFlag) Set(text string) error {
	if len(*f.roles) == 0 {
		return fmt.Errorf("it goes behind the --%s that it is about", assumeFlag)
	}
	last := &(*f.roles)[len(*f.roles)-1]
	if err := f.set(last, text); err != nil {
		return err
	}
	return last.Check()
}

func setTag(r *jit.Role, text string) error {
	key, value, found := strings.Cut(text, "=")
	if !found {
		return fmt.Errorf("%q is not KEY=VALUE", text)
	}
	if r.Tags == nil {
		r.Tags = map[string]string{}
	}
	r.Tags[key] = value
	return nil
}
