package kubeconfig

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Most of a large file is certificates: values of a thousand letters and more,
// through which a YAML parser goes letter by letter, and which it copies. They
// are taken out before a piece is parsed, and put back into its nodes.

// stand begins the word that stands for a long one.
const stand = "kubectl-jit-long-word-"

// shorten takes the long words out of a text.
func shorten(data []byte, text string) (short []byte, words []string) {
	from := 0
	for begin := 0; begin < len(text); {
		end := begin + lineOf(text[begin:])
		if word := long(text[begin:end]); word != "" {
			short = append(short, data[from:end-len(word)]...)
			short = strconv.AppendInt(append(short, stand...), int64(len(words)), 10)
			words, from = append(words, word), end
		}
		begin = end + 1
	}
	if len(words) == 0 {
		return data, nil
	}
	return append(short, data[from:]...), words
}

// lineOf is the length of a text's first line.
func lineOf(text string) int {
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		return end
	}
	return len(text)
}

// long returns the value of a line that is a key and one long word of base64. The
// word begins with a letter, so that in every reading of YAML it is a text.
func long(line string) string {
	const least = 256
	if len(line) < least {
		return ""
	}
	key, word, _ := strings.Cut(strings.TrimLeft(line, " -"), ": ")
	if len(word) < least || key == "" || !letter(key[0]) || !letter(word[0]) {
		return ""
	}
	for i := range key {
		if c := key[i]; !letter(c) && c != '-' {
			return ""
		}
	}
	for i := range word {
		if c := word[i]; !letter(c) && (c < '/' || c > '9') && c != '+' && c != '=' {
			return ""
		}
	}
	return word
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// lengthen puts the words back, and reports whether each was the whole of one
// value: where one stood in a text over several lines, or the file itself says
// what stands for one, it was not.
func lengthen(root *yaml.Node, words []string) bool {
	if len(words) == 0 {
		return true
	}
	put := 0
	var walk func(*yaml.Node)
	walk = func(node *yaml.Node) {
		if number, ok := strings.CutPrefix(node.Value, stand); ok && node.Kind == yaml.ScalarNode && node.Style == 0 {
			if i, err := strconv.Atoi(number); err == nil && i < len(words) {
				node.Value = words[i]
				put++
			}
		}
		for _, child := range node.Content {
			walk(child)
		}
	}
	walk(root)
	return put == len(words)
}
