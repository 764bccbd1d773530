package rewrite

import (
	"slices"
	"strings"
)

// Lines is a text cut into lines, so that some can be replaced and every other
// byte stays: each line keeps its own ending, and a text that does not end in a
// line break goes on not to.
type Lines struct {
	texts []string // without their endings
	ends  []string // "\n", "\r\n", or "" for the last
	brk   string   // the ending that new lines get: the text's first one
}

// Cut cuts a text into lines at \n and \r\n.
func Cut(whole string) Lines {
	n := strings.Count(whole, "\n") + 1
	l := Lines{brk: "\n", texts: make([]string, 0, n), ends: make([]string, 0, n)}
	for line := range strings.Lines(whole) {
		text, end := line, ""
		if t, ok := strings.CutSuffix(text, "\n"); ok {
			text, end = t, "\n"
		}
		if t, ok := strings.CutSuffix(text, "\r"); ok && end != "" {
			text, end = t, "\r\n"
		}
		if len(l.texts) == 0 && end != "" {
			l.brk = end
		}
		l.texts, l.ends = append(l.texts, text), append(l.ends, end)
	}
	return l
}

// Len returns the number of lines.
func (l Lines) Len() int { return len(l.texts) }

// At returns one line without its ending. The first line is number 0.
func (l Lines) At(i int) string { return l.texts[i] }

// Range returns the lines from (included) to (excluded), to be put back by Splice:
// without their endings, but for one that is not the text's usual one.
func (l Lines) Range(from, to int) []string {
	texts := slices.Clone(l.texts[from:to])
	for i := range texts {
		if end := l.ends[from+i]; end != l.brk {
			texts[i] += end
		}
	}
	return texts
}

// Splice returns the text with the lines from (included) to (excluded) replaced
// by others; from == to inserts before from. A line without an ending gets the
// text's usual one.
func (l Lines) Splice(from, to int, texts ...string) Lines {
	ends := make([]string, len(texts))
	texts = slices.Clone(texts)
	for i, text := range texts {
		ends[i] = l.brk
		if bare, ok := strings.CutSuffix(text, "\n"); ok {
			bare = strings.TrimSuffix(bare, "\r")
			texts[i], ends[i] = bare, text[len(bare):]
		}
	}
	spliced := Lines{
		texts: slices.Concat(l.texts[:from], texts, l.texts[to:]),
		ends:  slices.Concat(l.ends[:from], ends, l.ends[to:]),
		brk:   l.brk,
	}
	last := len(spliced.ends) - 1
	for i := range last {
		if spliced.ends[i] == "" {
			spliced.ends[i] = l.brk
		}
	}
	if last >= 0 && len(l.ends) > 0 && l.ends[len(l.ends)-1] == "" {
		spliced.ends[last] = ""
	}
	return spliced
}

// Bytes puts the lines together again.
func (l Lines) Bytes() []byte {
	size := 0
	for i, text := range l.texts {
		size += len(text) + len(l.ends[i])
	}
	data := make([]byte, 0, size)
	for i, text := range l.texts {
		data = append(append(data, text...), l.ends[i]...)
	}
	return data
}
