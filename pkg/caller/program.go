package caller

import (
	"path/filepath"
	"strings"
	"unicode"
)

// Program is the name the program was called by, as a file name without its
// folder and without .exe: "kubectl-jit", or "kubectl-jit_access" where krew
// links that.
type Program string

// written is how the texts of this module write a command of ours.
const written = "kubectl jit"

// calledBy takes the name from the arguments of the process. jit-core and jit-token have no
// name of their own: called directly, they are the program they belong to.
func calledBy(args []string) Program {
	if len(args) == 0 {
		return "kubectl-jit"
	}
	name := filepath.Base(args[0])
	if ext := filepath.Ext(name); strings.EqualFold(ext, ".exe") {
		name = name[:len(name)-len(ext)]
	}
	switch name {
	case "jit-core", "jit-token", ".", string(filepath.Separator):
		return "kubectl-jit"
	}
	return Program(name)
}

// Command is the name as people type it: kubectl finds the file kubectl-jit_access
// when they type "kubectl jit-access".
func (p Program) Command() string {
	words, plugin := strings.CutPrefix(string(p), "kubectl-")
	if !plugin {
		return string(p)
	}
	words = strings.ReplaceAll(words, "-", " ")
	return "kubectl " + strings.ReplaceAll(words, "_", "-")
}

// Say puts the name into a text that was written with "kubectl jit".
func (p Program) Say(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, written)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if goesOn(after) {
			b.WriteString(written) // the beginning of a longer name
		} else {
			b.WriteString(p.Command())
		}
		text = after
	}
}

// goesOn reports whether a name that stands before the text is longer than it
// looked.
func goesOn(text string) bool {
	for _, r := range text {
		return r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return false
}
