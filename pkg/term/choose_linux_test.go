package term_test

import (
	"strings"
	"testing"
)

// TestChoose holds how one of many is chosen: by a number of those that are shown, or
// at once by words that stand in one alone, and never by letters of it; and that no
// name drives the terminal.
func TestChoose(t *testing.T) {
	for name, tt := range map[string]struct {
		typed []string // each at a prompt of its own
		says  string   // the index that is chosen
		shown string
	}{
		"a number":                   {[]string{"2"}, "1 <nil>", "  2  nodes"},
		"the first of some":          {[]string{"OTHER 2", "1"}, "4 <nil>", "  1  other 2 of account 99"},
		"words":                      {[]string{"29 other"}, "31 <nil>", "     and 17 more: type a part of the name"},
		"letters":                    {[]string{"nds", "1"}, "1 <nil>", "  1  nodes"},
		"the best first":             {[]string{"ot 9", "1"}, "11 <nil>", "  1  other 9 of account 99"},
		"nothing, then something":    {[]string{"nowhere", "nod"}, "1 <nil>", `Nothing is like "nowhere".`},
		"a number that is not shown": {[]string{"16", "1"}, "18 <nil>", "  1  other 16 of account 99"},
		"a number that is in many":   {[]string{"account 99", "99"}, "0 EOF", ""},
		"an empty line":              {[]string{"", "1"}, "0 <nil>", `  1  pods \x1b[2J`},
	} {
		t.Run(name, func(t *testing.T) {
			p := openPTY(t)
			prog := p.at("choose")
			prog.starts(t)
			for i, line := range tt.typed {
				p.screen.awaitCount(t, "Which? ", i+1)
				p.types(t, line+"\n")
			}
			if strings.HasSuffix(tt.says, "EOF") {
				p.screen.awaitCount(t, "Which? ", len(tt.typed)+1)
				p.types(t, "\x04")
			}
			prog.ends(t, tt.says)
			if got := p.screen.text(); !strings.Contains(got, tt.shown) || strings.Contains(got, "\x1b") {
				t.Errorf("the screen shows %q, and not %q", got, tt.shown)
			}
		})
	}
}

func TestBell(t *testing.T) {
	p := openPTY(t)
	p.at("bell").says(t, "")
	p.screen.await(t, "\a")
	raw := openPTY(t)
	raw.raw(t)
	raw.at("bell").says(t, "")
	if got := raw.screen.text(); got != "" {
		t.Errorf("under a full-screen program it shows %q", got)
	}
}
