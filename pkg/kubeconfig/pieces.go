package kubeconfig

import (
	"runtime"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// A file of thousands of contexts is parsed in pieces, on all processors, and
// after a change only the pieces that changed are parsed again:
//
//	users:            one piece: a key of the file
//	- name: a         one piece: so many elements of its list
//	- name: b
//
// A piece begins where a line begins with a key or a dash. Where such a line is
// no beginning, since it stands in a text over several lines, the piece before it
// is no whole YAML, and the file is parsed as a whole.
const (
	large    = 256 << 10 // bytes from which on it pays
	perPiece = 64        // elements of a list
)

// pieces are the parsed pieces of a file, by their text.
type pieces map[string]*yaml.Node

type piece struct {
	data []byte
	text string // the same
	line int    // where it begins, counted from 0
	key  bool   // it is a key of the file, not elements of a list
	root *yaml.Node
}

// parsePieces returns nil where the file is small, or cannot be parsed in pieces.
// Where it finds a piece among those known, the nodes' lines are not those of the
// file: the document is good for comparing only.
func parsePieces(path string, data []byte, known pieces) *document {
	if len(data) < large {
		return nil
	}
	text := string(data)
	all, ok := cutPieces(data, text)
	if !ok {
		return nil
	}
	var parsers sync.WaitGroup
	next := make(chan *piece)
	for range runtime.GOMAXPROCS(0) {
		parsers.Go(func() {
			for p := range next {
				p.parse()
			}
		})
	}
	for i := range all {
		if all[i].root = known[all[i].text]; all[i].root == nil {
			next <- &all[i]
		}
	}
	close(next)
	parsers.Wait()
	d := &document{path: path, data: data, text: text, root: mapNode(), pieces: pieces{}}
	for _, p := range all {
		if p.root == nil || !d.add(p) {
			return nil
		}
		d.pieces[p.text] = p.root
	}
	return d
}

// cutPieces finds where the pieces begin; false means that something stands at
// the beginning of a line that is neither key, nor dash, nor comment.
func cutPieces(data []byte, text string) (all []piece, ok bool) {
	from, at, elements := 0, 0, 0
	begin := func(to, line int, key bool) {
		if len(all) > 0 {
			all[len(all)-1].data, all[len(all)-1].text = data[from:to], text[from:to]
			from = to
		}
		all = append(all, piece{line: line, key: key})
		elements = 0
	}
	for line := 0; at < len(text); line++ {
		switch c := text[at]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			begin(at, line, true)
		case c == '-' && at+1 < len(text) && text[at+1] == ' ':
			if len(all) == 0 {
				return nil, false
			}
			if elements++; all[len(all)-1].key || elements > perPiece {
				begin(at, line, false)
				elements = 1
			}
		case !strings.ContainsRune(" #\r\n", rune(c)):
			return nil, false
		}
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			break
		}
		at += end + 1
	}
	if len(all) == 0 {
		return nil, false
	}
	all[0].line = 0 // the comments before the first key are its piece's
	all[len(all)-1].data, all[len(all)-1].text = data[from:], text[from:]
	return all, true
}

// parse leaves root nil where the piece is not what it looks like.
func (p *piece) parse() {
	var tree yaml.Node
	short, words := shorten(p.data, p.text)
	if yaml.Unmarshal(short, &tree) != nil || len(tree.Content) != 1 {
		return
	}
	root := tree.Content[0]
	if !lengthen(root, words) {
		return
	}
	if p.key && (root.Kind != yaml.MappingNode || len(root.Content) != 2) || !p.key && (root.Kind != yaml.SequenceNode || flow(root)) {
		return
	}
	shift(root, p.line)
	p.root = root
}

// shift moves a tree down by some lines. An alias leads to a node of the same
// piece, which is moved by itself.
func shift(node *yaml.Node, lines int) {
	node.Line += lines
	for _, child := range node.Content {
		shift(child, lines)
	}
}

// add puts a piece behind those that were parsed before it.
func (d *document) add(p piece) bool {
	if p.key {
		if len(d.root.Content) == 0 {
			d.root.Line, d.root.Column = p.root.Line, p.root.Column
		}
		d.root.Content = append(d.root.Content, p.root.Content...)
		return true
	}
	last := len(d.root.Content) - 1
	switch value := d.root.Content[last]; {
	case value.Kind == yaml.ScalarNode && value.ShortTag() == nullTag && value.Value == "" && value.Anchor == "" && value.Style&yaml.TaggedStyle == 0:
		list := *p.root // a copy: it grows, and the piece does not
		list.Content = append([]*yaml.Node(nil), p.root.Content...)
		d.root.Content[last] = &list
	case value.Kind == yaml.SequenceNode && !flow(value) && value.Column == p.root.Column:
		value.Content = append(value.Content, p.root.Content...)
	default:
		return false
	}
	return true
}
