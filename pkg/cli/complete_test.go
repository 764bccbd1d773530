package cli_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

func TestOffers(t *testing.T) {
	listing := strings.Join([]string{
		"App/Dev/Reader", "App/Dev/Writer", "App/Prod/Reader",
		"Big/Only/One", "Esc\x1b[2J/e/p", "Esc\u202e/e/p", "Odd/e/blank ", "Odd/e/it's \"p\": é",
		`Sl\/ash/e/p\\`, "X$(x)/e/p", "X`x`/e/p", "X;/e/p", "_activeHelp_ x/e/p", "tab\t/e/p",
	}, "\n") + "\n"
	tests := []struct {
		typed string
		want  []string
	}{
		{"A", []string{"App/\tapplication"}},
		{"App/", []string{"App/Dev/\tenvironment", "App/Prod/\tenvironment"}},
		{"App/D", []string{"App/Dev/\tenvironment"}},
		{"App/Dev/", []string{"App/Dev/Reader\tprofile", "App/Dev/Writer\tprofile"}},
		{"App/P", []string{"App/Prod/Reader\tprofile"}},
		{"B", []string{"Big/Only/One\tprofile"}},
		{"O", []string{"Odd/e/\tenvironment", "One\tBig/Only"}},
		{"One", []string{"One\tBig/Only"}},
		{"Read", nil}, // two have that name
		{"Wri", []string{"Writer\tApp/Dev"}},
		{"wri", nil}, // a shell would drop it
		{"Odd/e/", []string{"Odd/e/it's \"p\": é\tprofile"}},
		{`Odd/e/it\'s\ `, []string{"Odd/e/it's \"p\": é\tprofile"}}, // as fish leaves it
		{"Esc", nil}, {"Sl", nil}, {"X", nil}, {"_", nil}, {"tab", nil}, {"Nothing", nil},
	}
	for _, tt := range tests {
		if got := cli.Offers(listing, tt.typed); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.typed, got, tt.want)
		}
	}
}

// TestManyOffers holds that of many profiles a person sees few at a time.
func TestManyOffers(t *testing.T) {
	for typed, want := range map[string]int{"": 40, "Manual": 40, "Manual - Application 017/": 50, "EKS": 0, "EKS Profile 0001": 10} {
		if got := cli.Offers(thousands(), typed); len(got) != want {
			t.Errorf("%q: %d, want %d", typed, len(got), want)
		}
	}
}

// thousands is a listing of 20,000 profiles.
func thousands() string {
	var all strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&all, "Manual - Application %03d/%012d (Account %d)/EKS Profile %05d\n", i/500, i/10, i/10, i)
	}
	return all.String()
}

// BenchmarkOffers is what completing costs above the start of the program.
func BenchmarkOffers(b *testing.B) {
	listing := thousands()
	for _, typed := range []string{"", "Manual - Application 017/", "EKS"} {
		b.Run(typed, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				cli.Offers(listing, typed)
			}
		})
	}
}
