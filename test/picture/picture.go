// Package picture draws the terminal that the first page of the documentation
// shows, from the transcript of the demo.
//
//	docs/demo.txt ──▶ scenes (a command and what it said) ──▶ the wanted ones, wrapped ──▶ docs/demo.svg
package picture

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// columns is how wide the terminal is; a longer line goes on in the next one.
const columns = 96

// scene is a command of the transcript with what was said before it and what it
// answered.
type scene struct {
	said    string // "# Once: a name for the profile.", without the mark; may be empty
	command string
	answer  []string
}

// log are the lines of a program's log, which tell people nothing: kubectl writes
// one for each attempt before its one line of error.
var log = regexp.MustCompile(`^[EWI]\d{4} \d\d:\d\d:\d\d\.`)

// scenes reads a transcript: "# …" is said, "$ …" is typed, all else is answered.
func scenes(transcript string) []scene {
	var read []scene
	said := ""
	for line := range strings.Lines(transcript) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "# "):
			said = strings.TrimPrefix(line, "# ")
		case strings.HasPrefix(line, "$ "):
			read = append(read, scene{said: said, command: strings.TrimPrefix(line, "$ ")})
			said = ""
		case len(read) > 0 && !log.MatchString(line):
			last := &read[len(read)-1]
			last.answer = append(last.answer, line)
		}
	}
	return read
}

// Draw draws the first scene of each of the commands, in SVG. Its error names a
// command that the transcript does not have.
func Draw(transcript string, commands ...string) (string, error) {
	var screen screen
	all := scenes(transcript)
	for i, command := range commands {
		shown, ok := find(all, command)
		if !ok {
			return "", fmt.Errorf("the transcript has no command %q", command)
		}
		if i > 0 {
			screen.add(plain, "")
		}
		if shown.said != "" {
			screen.add(comment, "# "+shown.said)
		}
		screen.add(typed, "$ "+shown.command)
		for _, line := range shown.answer {
			screen.add(classOf(line), line)
		}
		screen.trim()
	}
	return screen.svg(), nil
}

func find(all []scene, command string) (scene, bool) {
	for _, s := range all {
		if s.command == command {
			return s, true
		}
	}
	return scene{}, false
}

// class is how a line looks.
type class string

const (
	plain   class = ""
	comment class = "c"
	typed   class = "t"
	failure class = "e"
)

func classOf(line string) class {
	if strings.HasPrefix(line, "error: ") || strings.HasPrefix(line, "kubectl-jit: error: ") {
		return failure
	}
	return plain
}

// line is a line of the screen.
type line struct {
	class class
	text  string
}

type screen struct{ lines []line }

// add writes a line, wrapped as a terminal of that many columns does at words.
func (s *screen) add(class class, text string) {
	for utf8.RuneCountInString(text) > columns {
		runes := []rune(text)
		cut := columns
		if space := strings.LastIndexByte(string(runes[:columns]), ' '); space > columns/2 {
			cut = utf8.RuneCountInString(string(runes[:columns])[:space])
		}
		s.lines = append(s.lines, line{class, string(runes[:cut])})
		text = strings.TrimLeft(string(runes[cut:]), " ")
		if class == typed || class == comment {
			text = "  " + text
		}
	}
	s.lines = append(s.lines, line{class, text})
}

// trim ends the screen at its last line that is not empty.
func (s *screen) trim() {
	for len(s.lines) > 0 && s.lines[len(s.lines)-1].text == "" {
		s.lines = s.lines[:len(s.lines)-1]
	}
}
