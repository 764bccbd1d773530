package term

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// mostShown is how many names a person is shown at once: they fit on any terminal.
const mostShown = 15

// Choose lets the person choose one of the names on the terminal, and returns its
// index: by its number, or by words that stand in it, whatever their case, until one
// is left. Errors are those of [Person.Ask].
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
	left  []int  // indices of names
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
	if line != "" && len(c.left) == 1 && notNumber != nil { // a wrong number must not choose what it stands in
		return c.left[0], true
	}
	return 0, false
}

// narrow leaves the names that have every word; all where none has.
func (c *choice) narrow(line string) {
	words := strings.Fields(strings.ToLower(line))
	c.left, c.said = nil, ""
	for i, name := range c.names {
		if hasAll(strings.ToLower(name), words) {
			c.left = append(c.left, i)
		}
	}
	if len(c.left) == 0 && line != "" {
		c.narrow("")
		c.said = fmt.Sprintf("Nothing is like %q.", line)
	}
}

func hasAll(name string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(name, word) {
			return false
		}
	}
	return true
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
