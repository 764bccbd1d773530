package awsconfig

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// section is where one profile stands in the file, in lines counted from 0.
type section struct {
	at   int // the line of its header
	end  int // the line after its last key
	keys []key
}

type key struct {
	at    int
	name  string // in lower case: the SDKs do not tell the cases apart
	value string
}

// find returns the section of a profile, or nil. The SDKs merge sections of the
// same name; two are refused, since one cannot tell which of them counts.
func find(path string, lines rewrite.Lines, name string) (*section, error) {
	var found, current *section
	for i := range lines.Len() {
		text := lines.At(i)
		if title, ok := title(text); ok {
			current = nil
			if title == name {
				current = &section{at: i, end: i + 1}
			}
			if current != nil && found != nil {
				return nil, jit.Errorf(jit.Invalid, "change AWS profile "+name, "%s:%d: the profile stands there twice (first in line %d)", path, i+1, found.at+1)
			}
			if current != nil {
				found = current
			}
			continue
		}
		if current != nil {
			current.read(i, text)
		}
	}
	return found, nil
}

// title reads a header: [default], [profile NAME], [profile "NAME"]. A section
// of another kind, such as [sso-session NAME], has the title "".
func title(text string) (name string, ok bool) {
	text, _, _ = strings.Cut(text, "#")
	text, _, _ = strings.Cut(text, ";")
	text = strings.TrimSpace(strings.TrimPrefix(text, "\uFEFF"))
	if !strings.HasPrefix(text, "[") || !strings.HasSuffix(text, "]") {
		return "", false
	}
	words := strings.Fields(text[1 : len(text)-1])
	switch {
	case len(words) == 1 && words[0] == "default":
		return "default", true
	case len(words) == 2 && words[0] == "profile":
		return strings.Trim(words[1], `"'`), true
	}
	return "", true
}

func (s *section) read(at int, text string) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';' {
		return
	}
	s.end = at + 1
	if text[0] == ' ' || text[0] == '\t' {
		return // goes on with the key before it
	}
	cut := strings.IndexAny(text, "=:")
	if cut < 0 {
		return
	}
	s.keys = append(s.keys, key{at, strings.ToLower(strings.TrimSpace(text[:cut])), strings.TrimSpace(text[cut+1:])})
}

// check refuses a profile that is not ours. Ours is one whose credential_process
// is this program's; an empty one is nobody's.
func (s *section) check(path string, lines rewrite.Lines, name string) error {
	if s.ours() || s.end == s.at+1 {
		return nil
	}
	return jit.Errorf(jit.Invalid, "change AWS profile "+name, "%s:%d: %s is there already and is not ours: rename or remove it", path, s.at+1, header(name))
}

func (s *section) ours() bool {
	return slices.ContainsFunc(s.keys, func(k key) bool { return k.name == processKey && ours(k.value) })
}

// ours recognises our own command line, wherever the program is installed.
func ours(command string) bool {
	program, _, found := strings.Cut(command, " aws-credential-process")
	base := filepath.Base(strings.ReplaceAll(strings.Trim(program, `"'`), `\`, "/"))
	return found && strings.HasPrefix(base, "kubectl-jit")
}

// set changes the line of a key, or adds one at the end of the section.
func (s *section) set(lines rewrite.Lines, name, value string) rewrite.Lines {
	text := name + " = " + value
	at := slices.IndexFunc(s.keys, func(k key) bool { return k.name == name })
	if at < 0 {
		s.keys = append(s.keys, key{s.end, name, value})
		s.end++
		return lines.Splice(s.end-1, s.end-1, text)
	}
	if k := s.keys[at]; k.value != value {
		return lines.Splice(k.at, k.at+1, text)
	}
	return lines
}

// remove cuts the whole section where it holds our keys only, with the blank line
// that stands before it; else the line of the command alone.
func (s *section) remove(lines rewrite.Lines) rewrite.Lines {
	from, to := s.at, s.end
	if s.end-s.at-1 != len(s.keys) || slices.ContainsFunc(s.keys, func(k key) bool { return k.name != processKey && k.name != regionKey }) {
		at := slices.IndexFunc(s.keys, func(k key) bool { return k.name == processKey })
		if at < 0 {
			return lines
		}
		return lines.Splice(s.keys[at].at, s.keys[at].at+1)
	}
	if from > 0 && strings.TrimSpace(lines.At(from-1)) == "" {
		from--
	}
	return lines.Splice(from, to)
}
