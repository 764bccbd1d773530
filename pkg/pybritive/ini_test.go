package pybritive_test

import (
	"reflect"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/pybritive"
)

// TestParseINI holds the reader to what Python 3.11's configparser answers, by which
// the wanted values were made.
func TestParseINI(t *testing.T) {
	tests := []struct {
		name, text string
		want       [][]string
	}{
		{"the delimiters", "[a]\nk=v\nl : w\nm:=x\nn==y\n", [][]string{{"a", "k", "v", "l", "w", "m", "=x", "n", "=y"}}},
		{"a colon in a key cuts it", "[a]\na:b=c\n", [][]string{{"a", "a", "b=c"}}},
		{"comments", "# x\n[a]\n; y\nk=v # stays\n  # z\n", [][]string{{"a", "k", "v # stays"}}},
		{"a value goes on", "[a]\nk=v\n  w\n\n  x\nl=\n m=n\n", [][]string{{"a", "k", "v\nw\n\nx", "l", "\nm=n"}}},
		{"a section that is further in goes on too", "[a]\nk=v\n [b]\nl=w\n", [][]string{{"a", "k", "v\n[b]", "l", "w"}}},
		{"an indented section", "[a]\n  [b]\n  k=v\n", [][]string{{"a"}, {"b", "k", "v"}}},
		{"nothing is interpolated", "[a]\nk=%%\nl=%(k)s%\n", [][]string{{"a", "k", "%%", "l", "%(k)s%"}}},
		{"case stays", "[A]\nKey=V\nkey=v\n", [][]string{{"A", "Key", "V", "key", "v"}}},
		{"brackets", "[a]b]c\nk=]\n", [][]string{{"a]b", "k", "]"}}},
		{"DEFAULT is for nobody", "[DEFAULT]\nk=v\n[a]\n", [][]string{{"a"}}},
		{"line ends", "[a]\r\nk=v\rl=w\r\n", [][]string{{"a", "k", "v", "l", "w"}}},
		{"blanks of all kinds", "[a]\n\u00a0k\x1f=\u2003v\x1c\n", [][]string{{"a", "k", "v"}}},
		{"a mark at the beginning", "\ufeff[a]\n", [][]string{{"a"}}},
	}
	for _, tt := range tests {
		got, err := pybritive.ParseINI(tt.text)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}

// FuzzParseINI holds that whatever is taken can be written and read again as the
// same.
func FuzzParseINI(f *testing.F) {
	for _, seed := range []string{usual, "[a]\nk=v\n  w\n\n x\n", "[a]\n [b]\n", "[]\n=", "\ufeff[a]\r\n:=\r", "[a]b]\nk:\n\tv\n#c\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sections, err := pybritive.ParseINI(text)
		if err != nil {
			return
		}
		again, err := pybritive.ParseINI(pybritive.FormatINI(sections))
		if err != nil || !reflect.DeepEqual(again, sections) {
			t.Errorf("%q\nis %q\nand then %q, %v", text, sections, again, err)
		}
	})
}
