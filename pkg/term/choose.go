package term

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mostShown is how many names a person is shown at once: they fit on any terminal.
const mostShown = 15

// Choose lets the person choose one of the names on the terminal, and returns its
// index: by its number, or by words that stand in it and in no other. Words may be
// in any order and case, and of their letters some may be left out: what is like them
// is shown, the best first, and never chosen by that alone. Errors are those of
// [Person.Ask].
func (p *Person) Choose(ctx context.Context, prompt string, names []string) (int, error) {
	c := choice{names: names}
	c.narrow("")
	for {
		line, err := p.ask(ctx, c.lines(), prompt, false)
		if err != nil {
			return 0, err
		}
		if index, ok := c.answer(line); ok {
			return index, nil
		}
	}
}

// choice is what is left to choose from.
type choice struct {
	names []string
	left  []int  // indices of names, the best first
	sure  []int  // those among them that have every word as it was typed
	said  string // what became of the last answer
}

// answer takes a line that was typed. It is the index of a name where that is
// chosen by it.
func (c *choice) answer(line string) (index int, ok bool) {
	line = strings.TrimSpace(line)
	n, notNumber := strconv.Atoi(line)
	if notNumber == nil && n >= 1 && n <= min(len(c.left), mostShown) {
		return c.left[n-1], true
	}
	c.narrow(line)
	if line != "" && len(c.sure) == 1 && notNumber != nil { // a wrong number must not choose what it stands in
		return c.sure[0], true
	}
	return 0, false
}

// narrow leaves the names that are like every word; all where none is.
func (c *choice) narrow(line string) {
	words, scores := wordsOf(line), map[int]int{}
	c.left, c.sure, c.said = nil, nil, ""
	for i, name := range c.names {
		score, literal, ok := like(name, words)
		if !ok {
			continue
		}
		scores[i] = score
		c.left = append(c.left, i)
		if literal {
			c.sure = append(c.sure, i)
		}
	}
	slices.SortStableFunc(c.left, func(a, b int) int { return scores[b] - scores[a] })
	if len(c.left) == 0 && line != "" {
		c.narrow("")
		c.sure = nil // none of them was meant
		c.said = fmt.Sprintf("Nothing is like %q.", line)
	}
}

// lines are what is shown of it.
func (c *choice) lines() (lines []string) {
	for n, index := range c.left[:min(len(c.left), mostShown)] {
		lines = append(lines, fmt.Sprintf("%3d  %s", n+1, c.names[index]))
	}
	if more := len(c.left) - mostShown; more > 0 {
		lines = append(lines, fmt.Sprintf("     and %d more: type a part of the name", more))
	}
	if c.said != "" {
		lines = append(lines, c.said)
	}
	return lines
}
