package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// TestExamples holds that a script types every example of the help: the same
// command, with the same flags at least.
func TestExamples(t *testing.T) {
	typed := map[string][][]string{}
	for _, line := range scriptLines(t) {
		for _, words := range calls(line) {
			command, flags := cli.Typed(words)
			typed[command] = append(typed[command], flags)
		}
	}
	examples := 0
	cli.Walk(func(path, _, _, example string) {
		for line := range strings.Lines(example) {
			for _, words := range calls(line) {
				command, flags := cli.Typed(words)
				examples++
				if !slices.ContainsFunc(typed[command], func(run []string) bool { return covers(run, flags) }) {
					t.Errorf("%s: no script runs the example %q (%s with %v)", path, strings.TrimSpace(line), command, flags)
				}
			}
		}
	})
	if examples < 60 {
		t.Errorf("only %d examples were found", examples)
	}
}

func covers(run, flags []string) bool {
	return !slices.ContainsFunc(flags, func(flag string) bool { return !slices.Contains(run, flag) })
}

// scriptLines are those of the script and end-to-end tests, and of the quick
// start, which a test types.
func scriptLines(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, root := range []string{"../../test/script", "../../test/sandbox/e2e/testdata", "../../docs/quickstart.md"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !slices.Contains([]string{".txtar", ".md"}, filepath.Ext(path)) {
				return err
			}
			text, err := os.ReadFile(path)
			lines = slices.AppendSeq(lines, strings.Lines(string(text)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

// call is a call of the program, in a line of a script or within what a line gives
// to a shell.
var call = regexp.MustCompile(`kubectl[ -]jit +([^;|#]*)`)

// calls are the words after the program's name, for each call in a line. What is
// quoted is several words here: nothing in these lines is quoted that looks like a
// flag.
func calls(line string) [][]string {
	var all [][]string
	for _, found := range call.FindAllStringSubmatch(line, -1) {
		all = append(all, strings.Fields(strings.ReplaceAll(found[1], "'", " ")))
	}
	return all
}
