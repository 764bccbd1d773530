package pybritive

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// section is one section of an INI file. Names and keys are as they were written.
type section struct {
	name    string
	entries []entry
}

type entry struct{ key, value string }

// get is the value of a key, whatever its case; the last counts.
func (s section) get(key string) string {
	value := ""
	for _, e := range s.entries {
		if strings.EqualFold(e.key, key) {
			value = e.value
		}
	}
	return value
}

// parseINI reads a file as Python's configparser does for pybritive, which takes
// its values before anything is interpolated:
//
//   - a key ends at the first = or :, whichever comes first
//   - a line that is further in than the key's goes on with its value
//   - # and ; begin a comment at the beginning of a line only
//   - a section, or a key in one, that comes twice is an error
//   - the section [DEFAULT] is for nobody
//
// See https://docs.python.org/3/library/configparser.html#supported-ini-file-structure.
func parseINI(path, text string) ([]section, error) {
	if !utf8.ValidString(text) {
		return nil, jit.Errorf(jit.Invalid, "read "+path, "it is no UTF-8 text")
	}
	r := iniReader{path: path, seen: map[[2]string]bool{}}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff"))
	for line := range strings.SplitSeq(text, "\n") {
		r.line++
		if err := r.take(line); err != nil {
			return nil, err
		}
	}
	r.closeValue()
	return r.named(), nil
}

// iniReader is where a reader has got to.
type iniReader struct {
	path     string
	line     int
	indent   int // of the last line that began something
	sections []section
	value    []string // the lines of the value of the last entry; nil where none is open
	seen     map[[2]string]bool
}

func (r *iniReader) take(line string) error {
	text := strings.TrimFunc(line, blank)
	switch {
	case text == "":
		if r.value != nil {
			r.value = append(r.value, "")
		}
		return nil
	case text[0] == '#' || text[0] == ';':
		return nil
	}
	indent := utf8.RuneCountInString(line[:strings.Index(line, text)])
	if r.value != nil && indent > r.indent {
		r.value = append(r.value, text)
		return nil
	}
	r.indent = indent
	if end := strings.LastIndexByte(text, ']'); text[0] == '[' && end > 1 {
		return r.begin(text[1:end])
	}
	if len(r.sections) == 0 {
		return r.fault("a section must come first, such as [global]")
	}
	return r.enter(text)
}

func (r *iniReader) begin(name string) error {
	r.closeValue()
	if r.seen[[2]string{name}] && name != defaults {
		return r.fault("the section [%s] stands here twice", name)
	}
	r.seen[[2]string{name}] = true
	r.sections = append(r.sections, section{name: name})
	return nil
}

func (r *iniReader) enter(text string) error {
	r.closeValue()
	at := strings.IndexAny(text, "=:")
	if at <= 0 {
		return r.fault("want KEY=VALUE here")
	}
	s := &r.sections[len(r.sections)-1]
	key := strings.TrimRightFunc(text[:at], blank)
	id := [2]string{s.name, key}
	if r.seen[id] {
		return r.fault("%q stands in [%s] twice", key, s.name)
	}
	r.seen[id] = true
	s.entries = append(s.entries, entry{key: key})
	r.value = []string{strings.TrimFunc(text[at+1:], blank)}
	return nil
}

// closeValue gives the last entry its value.
func (r *iniReader) closeValue() {
	if r.value == nil {
		return
	}
	s := &r.sections[len(r.sections)-1]
	s.entries[len(s.entries)-1].value = strings.TrimRightFunc(strings.Join(r.value, "\n"), blank)
	r.value = nil
}

// defaults is the section whose entries stand for those that others leave out.
// pybritive does not look there.
const defaults = "DEFAULT"

func (r *iniReader) named() []section {
	var named []section
	for _, s := range r.sections {
		if s.name != defaults {
			named = append(named, s)
		}
	}
	return named
}

func (r *iniReader) fault(format string, args ...any) error {
	return jit.Errorf(jit.Invalid, "read "+r.path, "line %d: "+format, append([]any{r.line}, args...)...)
}

// blank is what Python takes for white space.
func blank(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }
