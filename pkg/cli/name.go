package cli

import (
	"path/filepath"
	"strings"
	"unicode"
)

// program is the name the program was called by, as a file name without its
// folder and without .exe: "kubectl-jit", or "kubectl-jit_access" where krew
// links that.
type program string

// written is how the texts of this module write a command of ours.
const written = "kubectl jit"

// calledBy takes the name from the arguments of the process. The core has no
// name of its own: called directly, it is the program it belongs to.
func calledBy(args []string) program {
	if len(args) == 0 {
		return "kubectl-jit"
	}
	name := filepath.Base(args[0])
	if ext := filepath.Ext(name); strings.EqualFold(ext, ".exe") {
		name = name[:len(name)-len(ext)]
	}
	switch name {
	case "jit-core", ".", string(filepath.Separator):
		return "kubectl-jit"
	}
	return program(name)
}

// command is the name as people type it: kubectl finds the file kubectl-jit_access
// when they type "kubectl jit-access".
func (p program) command() string {
	words, plugin := strings.CutPrefix(string(p), "kubectl-")
	if !plugin {
		return string(p)
	}
	words = strings.ReplaceAll(words, "-", " ")
	return "kubectl " + strings.ReplaceAll(words, "_", "-")
}

// say puts the name into a text that was written with "kubectl jit".
func (p program) say(text string) string {
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
			b.WriteString(p.command())
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
