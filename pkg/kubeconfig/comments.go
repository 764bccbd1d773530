package kubeconfig

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// comments are what somebody wrote into lines, by the line they stood at.
type comments struct {
	before map[string][]string // whole lines
	behind map[string]string
	order  []string // the lines, each once
}

// commentsIn gathers the comments of the lines from (included) to (excluded), in
// which key and value stand.
func (e *editor) commentsIn(from, to int, key, value *yaml.Node) comments {
	ends := map[int]string{}
	lineComments(key, ends)
	lineComments(value, ends)
	all := comments{before: map[string][]string{}, behind: map[string]string{}}
	var waiting []string
	for i := from; i < to; i++ {
		text := strings.TrimRight(e.lines.At(i), "\r")
		if i == from {
			text = text[column(key):]
		}
		if bare(text) {
			if text = strings.TrimSpace(text); text != "" {
				waiting = append(waiting, text)
			}
			continue
		}
		end := ends[i+1]
		at := strings.TrimSpace(strings.TrimSuffix(text, end))
		if len(waiting) == 0 && end == "" {
			continue
		}
		all.order = append(all.order, at)
		all.before[at] = append(all.before[at], waiting...)
		if end != "" {
			all.behind[at] = end
		}
		waiting = nil
	}
	return all
}

// lineComments gathers the comments that stand behind something, by line.
func lineComments(node *yaml.Node, ends map[int]string) {
	if node.LineComment != "" {
		ends[node.Line] = node.LineComment
	}
	for _, child := range node.Content {
		lineComments(child, ends)
	}
}

// put writes the comments to the same lines of another text, and those whose line is
// not there any more below its first line.
func (c comments) put(texts []string) []string {
	var all []string
	for _, text := range texts {
		at, indent := strings.TrimSpace(text), text[:indentOf(text)]
		for _, comment := range c.before[at] {
			all = append(all, indent+comment)
		}
		if end := c.behind[at]; end != "" {
			text += " " + end
		}
		delete(c.before, at)
		delete(c.behind, at)
		all = append(all, text)
	}
	var lost []string
	for _, at := range c.order {
		for _, comment := range append(c.before[at], c.behind[at]) {
			if comment != "" {
				lost = append(lost, "  "+comment)
			}
		}
		delete(c.before, at)
		delete(c.behind, at)
	}
	return append(append(all[:1:1], lost...), all[1:]...)
}
