package term_test

import (
	"slices"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// TestRanked holds which names are like what was typed, the best first.
func TestRanked(t *testing.T) {
	all := []string{
		"Manual/sigma/EKS Pod Manager", "Manual/sigma/EKS Reader", "Manual/omega/Prod Owner", "Manual/omega/Tripods",
		"Manual/omega/PaymentsOfDelhi", "Clusters/prod-eu/Readers", "Ünïcode/İstanbul/Öl",
	}
	for typed, want := range map[string][]string{
		"":               all,
		"reader":         {"Manual/sigma/EKS Reader", "Clusters/prod-eu/Readers"},
		"READER eks":     {"Manual/sigma/EKS Reader"},
		"manager pod":    {"Manual/sigma/EKS Pod Manager", "Manual/omega/Prod Owner"},
		"pod":            {"Manual/sigma/EKS Pod Manager", "Manual/omega/Tripods", "Manual/omega/PaymentsOfDelhi", "Manual/omega/Prod Owner", "Clusters/prod-eu/Readers"},
		"epm":            {"Manual/sigma/EKS Pod Manager", "Manual/omega/PaymentsOfDelhi"},
		"pom":            {"Manual/sigma/EKS Pod Manager"},
		"own prod":       {"Manual/omega/Prod Owner"},
		"omega pr":       {"Manual/omega/Prod Owner"},
		"sigeksr":        {"Manual/sigma/EKS Reader", "Manual/sigma/EKS Pod Manager"},
		"peu":            {"Clusters/prod-eu/Readers"},
		"öl":             {"Ünïcode/İstanbul/Öl"},
		"redaer":         nil,
		"reader nowhere": nil,
	} {
		if got := term.Ranked(all, typed); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// TestScattered holds that of the ways in which letters stand in a name the best
// counts, and that a name which has the word as it is comes before.
func TestScattered(t *testing.T) {
	for typed, ranked := range map[string][]string{
		"abc": {"x abc", "x abcd", "x zabc", "Alpha Beta Charly", "a zbc", "axbxc"},
		"pod": {"a pod", "podium", "tripods", "Prod Of Databases", "p odd", "Portland"},
	} {
		for shift := range ranked { // whatever their order was
			given := slices.Concat(ranked[shift:], ranked[:shift])
			if got := term.Ranked(given, typed); !slices.Equal(got, ranked) {
				t.Errorf("%q: %q, want %q", typed, got, ranked)
			}
		}
	}
}

// TestChosenOfOne holds that the only name there is must be meant, as any other.
func TestChosenOfOne(t *testing.T) {
	for typed, want := range map[string]bool{"pods": true, "POD": true, "1": true, "": false, "pds": false, "nowhere": false, "2": false} {
		if name, ok := term.Chosen([]string{"pods"}, typed); ok != want {
			t.Errorf("%q chooses %q: %t, want %t", typed, name, ok, want)
		}
	}
}

func BenchmarkRanked(b *testing.B) {
	names := make([]string, 20_000)
	for i := range names {
		names[i] = "A large application/000000000123 (Environment 123)/Profile number 12345"
	}
	for b.Loop() {
		term.Ranked(names, "lgapp env prof")
	}
}
