package cli_test

import (
	"fmt"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// BenchmarkPrint writes what a large organisation may ask for: 20,000 profiles.
func BenchmarkPrint(b *testing.B) {
	items := make([]any, 20_000)
	for i := range items {
		environment, profile := fmt.Sprintf("%012d (Environment %d)", i/100, i/100), fmt.Sprintf("Profile number %d", i)
		items[i] = cli.ProfileItem{
			Path:        "A large application/" + environment + "/" + profile,
			Application: "A large application",
			Environment: environment,
			Profile:     profile,
			Description: fmt.Sprintf("What this profile is good for, and for whom, in the words of its owner: %d", i),
			Type:        "AWS",
		}
	}
	for _, format := range []string{"json", "yaml"} {
		b.Run(format, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				cli.PrintItems(format, items)
			}
		})
	}
}
