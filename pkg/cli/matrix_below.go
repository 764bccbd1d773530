package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// urls lists the paths that are allowed, or may be, by the verbs they have.
func (m *matrix) urls() {
	paths := map[string][]string{}
	var order []string
	for _, item := range m.views[0].URLs {
		for _, answer := range []cani.Verdict{cani.Yes, cani.Unknown} {
			var verbs []string
			for _, verb := range (cani.Item{Verbs: item.Verbs}).Ordered() {
				if item.Verbs[verb].Answer == answer {
					verbs = append(verbs, verb)
				}
			}
			if len(verbs) == 0 {
				continue
			}
			key := strings.Join(safe(verbs), " ")
			if answer == cani.Unknown {
				key += " ?"
			}
			if paths[key] == nil {
				order = append(order, key)
			}
			paths[key] = append(paths[key], term.Safe(item.URL))
		}
	}
	if len(order) == 0 {
		return
	}
	m.line("%s", m.bold("paths outside resources"))
	for _, key := range order {
		m.fold("  ", key+": "+strings.Join(paths[key], " "))
	}
}

// dangers explains the "!", and says where it holds if not everywhere.
func (m *matrix) dangers() {
	where := map[string][]int{}
	var order []string
	for v, view := range m.views {
		for _, danger := range view.Dangers() {
			text := strings.Join(safe(danger.Verbs), " ") + " " + term.Safe(danger.Label())
			if len(danger.Names) > 0 {
				text += ", only " + strings.Join(safe(danger.Names), ", ")
			}
			text += "\x00" + danger.Why
			if where[text] == nil {
				order = append(order, text)
			}
			where[text] = append(where[text], v)
		}
	}
	if len(order) == 0 {
		return
	}
	m.line("\n%s", m.bold("Dangerous:"))
	for _, text := range order {
		what, why, _ := strings.Cut(text, "\x00")
		if in := where[text]; len(in) < len(m.views) {
			what += " in " + m.namespaces(in, m.screen.Columns/2)
		}
		m.fold("  ", what+": "+why)
	}
}

// fold writes a text in lines as wide as the screen, at an indent; lines after
// the first stand deeper.
func (m *matrix) fold(indent, text string) {
	line := indent
	for i, word := range strings.Split(text, " ") {
		switch {
		case i == 0:
			line += word
		case utf8.RuneCountInString(line+" "+word) > m.screen.Columns:
			m.line("%s", line)
			line = indent + "  " + word
		default:
			line += " " + word
		}
	}
	m.line("%s", line)
}

// line writes one line.
func (m *matrix) line(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n", args...) }

// label is the resource of a row, with its subresource and without its group.
func (m *matrix) label(i int) string {
	item := m.views[0].Items[i]
	if item.Subresource != "" {
		return term.Safe(item.Resource + "/" + item.Subresource)
	}
	return term.Safe(item.Resource)
}

// safe makes words of a cluster harmless.
func safe(words []string) []string {
	made := make([]string, len(words))
	for i, word := range words {
		made[i] = term.Safe(word)
	}
	return made
}

// pad fills a text with blanks to a number of columns.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-utf8.RuneCountInString(text)))
}

func groupName(group string) string {
	if group == "" {
		return "core"
	}
	return term.Safe(group)
}

func (m *matrix) bold(text string) string { return m.paint("1", text) }

func (m *matrix) paint(colour, text string) string {
	if !m.screen.Colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
