package catalog

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"regexp"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// builder turns files into a catalog and gathers what is wrong with them. Users
// and tags are collected from all files before anything refers to them.
type builder struct {
	files   []namedFile
	content hash.Hash
	errs    []error
	broken  bool // a file could not be read at all, so that what it declares is missing

	current string // the file at hand, for errors
	users   map[string]User
	tags    map[string]userSet
	ids     map[string]string // "kind id" → where it is declared
	entries []*Entry
	forms   map[string]*regexp.Regexp // those of fields.go, compiled
}

type namedFile struct {
	name string
	item[file]
}

func newBuilder() *builder {
	return &builder{
		content: sha256.New(),
		users:   map[string]User{},
		tags:    map[string]userSet{},
		ids:     map[string]string{},
		forms:   map[string]*regexp.Regexp{},
	}
}

// read decodes one file.
func (b *builder) read(name string, data []byte) {
	fmt.Fprintf(b.content, "%d:", len(data))
	b.content.Write(data)
	f, ok, errs := decode(name, data)
	b.errs = append(b.errs, errs...)
	b.broken = b.broken || !ok
	b.files = append(b.files, namedFile{name, f})
}

func (b *builder) build() (*Catalog, []error) {
	if b.broken {
		return nil, b.errs
	}
	b.each(b.header)
	users, tags, applications := b.names("user"), b.names("tag"), b.names("application")
	b.each(func(f item[file]) { b.addUsers(f, users) })
	b.each(func(f item[file]) { b.addTags(f, tags) })
	b.each(func(f item[file]) {
		for _, a := range f.Value.Applications {
			if applications.take(a.Value.Name, a.Line) {
				b.application(a.Value)
			}
		}
	})
	if len(b.errs) > 0 {
		return nil, b.errs
	}
	return b.catalog(), nil
}

func (b *builder) each(do func(item[file])) {
	for _, f := range b.files {
		b.current = f.name
		do(f.item)
	}
}

func (b *builder) catalog() *Catalog {
	c := &Catalog{
		version:  hex.EncodeToString(b.content.Sum(nil))[:16],
		users:    b.users,
		byUserID: map[string]User{},
		entries:  b.entries,
		byID:     map[[2]string]*Entry{},
		byName:   map[[3]string]*Entry{},
	}
	for _, u := range b.users {
		c.byUserID[u.ID] = u
	}
	for _, e := range b.entries {
		c.byID[[2]string{e.ProfileID, e.EnvironmentID}] = e
		c.byName[nameKey(e.Access)] = e
	}
	slices.SortFunc(c.entries, func(x, y *Entry) int { return cmp.Compare(x.Path(), y.Path()) })
	return c
}

// fail notes a mistake. Line 0 stands for a field that is missing: it is
// reported where its parent stands.
func (b *builder) fail(line int, format string, args ...any) {
	b.errs = append(b.errs, fmt.Errorf("%s:%d: %s", b.current, max(line, 1), fmt.Sprintf(format, args...)))
}

func (b *builder) header(f item[file]) {
	if v := f.Value.APIVersion; v.Value != APIVersion {
		b.fail(cmp.Or(v.Line, f.Line), "apiVersion must be %s", APIVersion)
	}
	if v := f.Value.Kind; v.Value != Kind {
		b.fail(cmp.Or(v.Line, f.Line), "kind must be %s", Kind)
	}
}

func (b *builder) addUsers(f item[file], seen names) {
	for _, u := range f.Value.Users {
		name := u.Value.Name
		if !seen.take(name, u.Line) {
			continue
		}
		id := b.id("user", u.Value.ID, name)
		disabled := b.flag("disabled", u.Value.Disabled)
		b.users[fold(name.Value)] = User{Person: jit.Person{ID: id, Name: name.Value}, Disabled: disabled}
	}
}

func (b *builder) addTags(f item[file], seen names) {
	for _, tag := range f.Value.Tags {
		if name := tag.Value.Name; seen.take(name, tag.Line) {
			b.tags[fold(name.Value)], _ = b.set(tag.Value.Users)
		}
	}
}

// set resolves users. Disabled ones are left out of the set, and have a label all the
// same.
func (b *builder) set(users []text) (set userSet, labels []string) {
	set = userSet{}
	for _, name := range users {
		u, ok := b.users[fold(name.Value)]
		if !ok {
			b.fail(name.Line, "there is no user %q", name.Value)
			continue
		}
		labels = append(labels, u.Name)
		if !u.Disabled {
			set[u.ID] = true
		}
	}
	return set, labels
}

// group resolves people.
func (b *builder) group(what string, people item[peopleEntry], parent int) Group {
	set, labels := b.set(people.Value.Users)
	g := Group{sets: []userSet{set}, labels: labels}
	for _, name := range people.Value.Tags {
		tagged, ok := b.tags[fold(name.Value)]
		if !ok {
			b.fail(name.Line, "there is no tag %q", name.Value)
			continue
		}
		g.sets, g.labels = append(g.sets, tagged), append(g.labels, "tag:"+name.Value)
	}
	if len(people.Value.Users)+len(people.Value.Tags) == 0 {
		b.fail(cmp.Or(people.Line, parent), "%s name nobody", what)
	}
	return g
}

// id takes the declared ID, or derives one, and refuses one that is taken.
func (b *builder) id(kind string, declared text, path ...text) string {
	last := path[len(path)-1]
	id := declared.Value
	if declared.Line == 0 {
		values := make([]string, len(path))
		for i := range path {
			values[i] = path[i].Value
		}
		id = derivedID(kind, values...)
	} else if !b.matches(idForm, id) {
		b.fail(declared.Line, "id %q: an id has 1 to 64 letters, digits, dots, dashes and underscores", id)
	}
	if where, taken := b.ids[kind+" "+id]; taken {
		b.fail(cmp.Or(declared.Line, last.Line), "%s id %q is taken, at %s", kind, id, where)
	}
	b.ids[kind+" "+id] = fmt.Sprintf("%s:%d", b.current, cmp.Or(declared.Line, last.Line))
	return id
}

// names refuses a name that is missing, ill-formed or taken.
type names struct {
	b    *builder
	kind string
	seen map[string]bool
}

func (b *builder) names(kind string) names { return names{b, kind, map[string]bool{}} }

func (n names) take(name text, parent int) bool {
	if !n.b.wellNamed(n.kind, name, parent) {
		return false
	}
	if n.seen[fold(name.Value)] {
		n.b.fail(name.Line, "%s %q is declared twice", n.kind, name.Value)
		return false
	}
	n.seen[fold(name.Value)] = true
	return true
}

// wellNamed refuses names that are missing, too long for anybody, or hold
// characters that do not show: two names that look alike must be one.
func (b *builder) wellNamed(kind string, name text, parent int) bool {
	switch {
	case name.Value == "":
		b.fail(cmp.Or(name.Line, parent), "%s without a name", kind)
	case len(name.Value) > 256 || strings.ContainsFunc(name.Value, invisible):
		b.fail(name.Line, "%s %q: a name has at most 256 bytes and no characters that do not show", kind, name.Value)
	default:
		return true
	}
	return false
}
