package picture

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Pixels. A character is as wide as advance whatever font shows it: each line
// says how long it is.
const (
	advance = 8.4
	width   = 807 // columns × advance
	leading = 19
	margin  = 20
	bar     = 34 // the window's title bar
)

const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" aria-label="A terminal: what the demo shows">
<style>
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d5dae2; white-space: pre }
.c { fill: #8b95a5 } .t { fill: #ffffff; font-weight: bold } .e { fill: #ff8f80 } .y { fill: #7ee08a } .p { fill: #6cb6ff }
</style>
<rect width="%[1]d" height="%[2]d" rx="10" fill="#171b22"/>
<circle cx="20" cy="18" r="6" fill="#ff6159"/><circle cx="40" cy="18" r="6" fill="#ffbd2e"/><circle cx="60" cy="18" r="6" fill="#28c941"/>
`

// accent are the parts of a line that stand out: the prompt, and the table's yes.
var accent = regexp.MustCompile(`^\$ |✓`)

func (s *screen) svg() string {
	var b strings.Builder
	fmt.Fprintf(&b, head, 2*margin+width, bar+margin+leading*len(s.lines))
	for i, line := range s.lines {
		if line.text == "" {
			continue
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" textLength="%.1f" xml:space="preserve"`, margin, bar+leading*(i+1)-5, advance*float64(utf8.RuneCountInString(line.text)))
		if line.class != plain {
			fmt.Fprintf(&b, ` class="%s"`, line.class)
		}
		b.WriteString(">")
		writeText(&b, line.text)
		b.WriteString("</text>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func writeText(b *strings.Builder, text string) {
	done := 0
	for _, part := range accent.FindAllStringIndex(text, -1) {
		escape(b, text[done:part[0]])
		class := "p"
		if text[part[0]:part[1]] == "✓" {
			class = "y"
		}
		fmt.Fprintf(b, `<tspan class="%s">`, class)
		escape(b, text[part[0]:part[1]])
		b.WriteString("</tspan>")
		done = part[1]
	}
	escape(b, text[done:])
}

func escape(b *strings.Builder, text string) { _ = xml.EscapeText(b, []byte(text)) }
