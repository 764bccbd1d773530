package cli

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// matrix draws views for a person: a row for each resource, a column for each of
// the usual verbs, and below a row what does not fit a column.
type matrix struct {
	views  []cani.View // at least one; all have the same items
	all    bool        // rows that are all no, too
	screen term.Screen
	name   int // columns of a row's name

	b strings.Builder
}

// legend explains the marks. They are read without colour.
const legend = "✓ yes   - no   ~ only some names   ? not known   ! dangerous"

// widest is how long a name may be that stands in the row of its marks.
const widest = 60

// heads are the heads of the columns of cani.Usual.
func heads() []string {
	return []string{"GET", "LIST", "WATCH", "CREATE", "UPDATE", "PATCH", "DELETE", "DELCOL"}
}

// text is the whole drawing.
func (m *matrix) text() string {
	rows := m.rows()
	m.measure(rows)
	fmt.Fprintf(&m.b, "%s\n", m.title())
	if len(rows) > 0 {
		m.head()
	}
	group := "\x00"
	for _, i := range rows {
		if item := m.views[0].Items[i]; item.Group != group {
			group = item.Group
			m.line("%s", m.bold(groupName(group)))
		}
		m.row(i)
	}
	m.urls()
	m.hidden(rows)
	if len(rows) > 0 {
		m.line("\n%s\n%s", legend, "DELCOL is deletecollection")
	}
	m.dangers()
	return m.b.String()
}

// rows are the items that are shown.
func (m *matrix) rows() []int {
	var rows []int
	for i := range m.views[0].Items {
		if m.all || m.some(i, cani.Item.Allowed) {
			rows = append(rows, i)
		}
	}
	return rows
}

// some reports whether something is true of an item in one of the views.
func (m *matrix) some(i int, is func(cani.Item) bool) bool {
	return slices.ContainsFunc(m.views, func(v cani.View) bool { return is(v.Items[i]) })
}

// hidden counts the items that are not shown: those that are all no, and those of
// which something is not known.
func (m *matrix) hidden(rows []int) {
	no, unknown := 0, 0
	for i := range m.views[0].Items {
		switch {
		case slices.Contains(rows, i):
		case m.some(i, func(item cani.Item) bool { return !item.Known() }):
			unknown++
		default:
			no++
		}
	}
	if no > 0 {
		m.line("\nNothing is allowed on %s; --all-resources shows them.", more(no))
	}
	if unknown > 0 {
		m.line("\nWhat is allowed on %s is not known; --all-resources shows them.", more(unknown))
	}
}

func more(resources int) string {
	if resources == 1 {
		return "1 more resource"
	}
	return fmt.Sprintf("%d more resources", resources)
}

// measure gives names what the longest takes, and no more than the verbs leave.
func (m *matrix) measure(rows []int) {
	verbs := len(strings.Join(heads(), " ")) + 1
	for _, i := range rows {
		m.name = max(m.name, 2+len(m.label(i)))
	}
	if len(m.views) > 1 {
		m.name = m.screen.Columns // room for the namespaces
	}
	m.name = max(len("RESOURCE"), min(m.name, m.screen.Columns-verbs, widest))
}

func (m *matrix) title() string {
	if len(m.views) == 1 {
		return "Namespace " + term.Safe(m.views[0].Namespace) + ", and what lies in no namespace:"
	}
	return fmt.Sprintf("%d namespaces, side by side where they differ, and what lies in no namespace:", len(m.views))
}

func (m *matrix) head() {
	m.line("%s", m.bold(pad("RESOURCE", m.name)+" "+strings.Join(heads(), " ")))
}

// row draws one resource: once where all namespaces agree, else once for those
// that do.
func (m *matrix) row(i int) {
	alike := m.alike(i)
	if len(alike) == 1 {
		m.cells("  "+m.label(i), m.views[0].Items[i])
		return
	}
	m.line("  %s", m.label(i))
	for _, same := range alike {
		m.cells("   in "+m.namespaces(same, m.name-6), m.views[same[0]].Items[i])
	}
}

// alike puts the views together that have the same cells in a row.
func (m *matrix) alike(i int) [][]int {
	var groups [][]int
	known := map[string]int{}
	for v := range m.views {
		key := fmt.Sprint(m.views[v].Items[i].Verbs)
		at, ok := known[key]
		if !ok {
			at = len(groups)
			known[key] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], v)
	}
	return groups
}

// namespaces names some of the views' namespaces, as many as there is room for.
func (m *matrix) namespaces(views []int, room int) string {
	text := ""
	for n, v := range views {
		longer := text + term.Safe(m.views[v].Namespace)
		if more := len(views) - n - 1; more > 0 && len(longer)+len(", 99 more") > room && text != "" {
			return fmt.Sprintf("%s%d more", text, more+1)
		}
		text = longer + ", "
	}
	return strings.TrimSuffix(text, ", ")
}

// cells draws the marks of one row. A name that is too long has a line of its own.
func (m *matrix) cells(name string, item cani.Item) {
	var marks, special []string
	usual := false
	for i, verb := range cani.Usual() {
		mark := strings.Repeat(" ", len(heads()[i]))
		if cell, ok := item.Verbs[verb]; ok {
			usual = true
			mark = m.mark(cell, item.Danger(verb), len(heads()[i]))
		}
		marks = append(marks, mark)
	}
	for _, verb := range item.Special() {
		if cell := item.Verbs[verb]; m.all || cell.Answer != cani.No {
			special = append(special, term.Safe(verb)+" "+m.mark(cell, item.Danger(verb), 0))
		}
	}
	if utf8.RuneCountInString(name) > m.name {
		m.line("%s", name)
		name = ""
	}
	if usual {
		m.line("%s", strings.TrimRight(pad(name, m.name)+" "+strings.Join(marks, " "), " "))
		name = ""
	}
	if len(special) > 0 {
		m.line("%s %s", pad(name, m.name), strings.Join(special, "  "))
	}
	m.names(item)
}

// names says under a row which objects it is about.
func (m *matrix) names(item cani.Item) {
	verbs := map[string][]string{}
	var order []string
	for _, verb := range item.Ordered() {
		cell := item.Verbs[verb]
		if len(cell.Names) == 0 {
			continue
		}
		only := "only "
		if cell.Answer == cani.Unknown {
			only = "at least "
		}
		key := only + strings.Join(safe(cell.Names), ", ")
		if verbs[key] == nil {
			order = append(order, key)
		}
		verbs[key] = append(verbs[key], term.Safe(verb))
	}
	for _, key := range order {
		m.fold("    ", "~ "+strings.Join(verbs[key], " ")+": "+key)
	}
}

// mark writes an answer, in the middle of its column.
func (m *matrix) mark(cell cani.Cell, danger string, width int) string {
	sign, colour := "?", "35"
	switch cell.Answer {
	case cani.Yes:
		sign, colour = "✓", "32"
	case cani.Names:
		sign, colour = "~", "33"
	case cani.No:
		sign, colour = "-", "2"
	}
	before := max(0, (width-1)/2)
	after := max(0, width-before-1)
	sign = m.paint(colour, sign)
	if danger != "" && (cell.Answer == cani.Yes || cell.Answer == cani.Names) {
		sign, after = sign+m.paint("1;31", "!"), max(0, after-1)
	}
	return strings.Repeat(" ", before) + sign + strings.Repeat(" ", after)
}
