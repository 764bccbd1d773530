package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// APIVersion and Kind are what a catalog file must say.
const (
	APIVersion = "jit.kubectl-jit.dev/v1alpha1"
	Kind       = "Catalog"
)

// Catalog is what may be asked for. It never changes; nothing reached from it
// may be changed.
type Catalog struct {
	version  string
	users    map[string]User // by folded name
	byUserID map[string]User
	entries  []*Entry // sorted by path
	byID     map[[2]string]*Entry
	byName   map[[3]string]*Entry
}

// User is a person or a service.
type User struct {
	jit.Person
	Disabled bool
}

// Entry is one access: a profile in one environment.
type Entry struct {
	jit.Profile
	AWS       AWS
	Duration  time.Duration
	Extension Extension // the zero value allows none
	Policies  []Policy
}

// AWS says where an access leads.
type AWS struct {
	Partition  string
	Region     string // of the STS endpoint; empty: the partition's own
	Role       string // ARN
	Provider   string // ARN of the account's SAML provider
	Recipient  string
	Audience   string
	MaxSession time.Duration
	Tags       bool
}

// Extension lets a checkout be prolonged Limit times, By so much each.
type Extension struct {
	By    time.Duration
	Limit int
}

// Policy gives an access to its members, under conditions.
type Policy struct {
	Name          string
	Members       Group
	Justification Need
	Approval      *Approval // nil: none is needed
}

// Need says whether something must be given.
type Need string

// The needs.
const (
	None     Need = "none"
	Optional Need = "optional"
	Required Need = "required"
)

// Approval asks for the consent of one of the approvers.
type Approval struct {
	Approvers     Group
	TimeToApprove time.Duration
	ValidFor      time.Duration
}

// Group is a set of users.
type Group struct {
	sets   []userSet // whoever is in one of them; all groups share the set of a tag
	labels []string
}

// userSet is a set of the ids of users who are not disabled.
type userSet map[string]bool

// Has reports whether the user is in the group and not disabled.
func (g Group) Has(userID string) bool {
	return slices.ContainsFunc(g.sets, func(set userSet) bool { return set[userID] })
}

// firstTwo lists the ids of the group's users, two at the most.
func (g Group) firstTwo() (ids []string) {
	for _, set := range g.sets {
		for id := range set {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
			if len(ids) == 2 {
				return ids
			}
		}
	}
	return ids
}

// Labels returns the group as it was declared: names of users, and tags as
// "tag:name".
func (g Group) Labels() []string { return slices.Clone(g.labels) }

// Load reads a file, or every *.yaml file of a folder. An error is a [*jit.Error]
// of code invalid that names every mistake, each with file and line.
func Load(path string) (*Catalog, error) {
	const op = "load the catalog"
	names, err := fileNames(path)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	b := newBuilder()
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, jit.Errorf(jit.Invalid, op, "%w", err)
		}
		b.read(name, data)
	}
	c, errs := b.build()
	if len(errs) > 0 {
		return nil, jit.Errorf(jit.Invalid, op, "%w", errors.Join(errs...))
	}
	return c, nil
}

func fileNames(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && filepath.Ext(entry.Name()) == ".yaml" && !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, filepath.Join(path, entry.Name()))
		}
	}
	if names == nil {
		return nil, fmt.Errorf("there is no *.yaml in %s", path)
	}
	return names, nil
}

// Version names the content: the same files have the same version.
func (c *Catalog) Version() string { return c.version }

// User finds a user by name. Case and outer blanks are ignored.
func (c *Catalog) User(name string) (User, bool) {
	u, ok := c.users[fold(name)]
	return u, ok
}

// UserByID finds a user by ID.
func (c *Catalog) UserByID(id string) (User, bool) {
	u, ok := c.byUserID[id]
	return u, ok
}

// Entries lists every access, sorted by path.
func (c *Catalog) Entries() []*Entry { return slices.Clone(c.entries) }

// Find finds an access by the ids of profile and environment where both are
// given, else by its three names.
func (c *Catalog) Find(access jit.Access) (*Entry, bool) {
	if access.ProfileID != "" && access.EnvironmentID != "" {
		e, ok := c.byID[[2]string{access.ProfileID, access.EnvironmentID}]
		return e, ok
	}
	e, ok := c.byName[nameKey(access)]
	return e, ok
}

func nameKey(a jit.Access) [3]string {
	return [3]string{fold(a.Application), fold(a.Environment), fold(a.Profile)}
}

// fold is the one normalisation of names.
func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// derivedID makes the ID of something that declares none. It depends on names
// only, so that it survives a reload and a move to another file.
func derivedID(kind string, names ...string) string {
	h := sha256.New()
	for _, part := range append([]string{kind}, names...) {
		fmt.Fprintf(h, "%d:%s", len(part), fold(part))
	}
	return hex.EncodeToString(h.Sum(nil))[:20]
}
