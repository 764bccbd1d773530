package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
)

// helpWidth is how wide help is: as the narrowest usual screen, whatever this one
// is, so that docs/cli.md says the same.
const helpWidth = 80

// narrowFlags makes help break what it says of a flag. A template would do it in one
// line, and link 20 MB more: the linker keeps every method for one.
func narrowFlags(root *cobra.Command) {
	usual := root.UsageFunc()
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		out, text := cmd.OutOrStderr(), new(strings.Builder)
		cmd.SetOut(text)
		defer cmd.SetOut(out)
		if err := usual(cmd); err != nil {
			return err
		}
		local, inherited := cmd.LocalFlags(), cmd.InheritedFlags()
		_, err := strings.NewReplacer(
			local.FlagUsages(), local.FlagUsagesWrapped(helpWidth),
			inherited.FlagUsages(), inherited.FlagUsagesWrapped(helpWidth),
		).WriteString(out, text.String())
		return err
	})
}

// rename writes the name the program was called by into the texts of the whole
// tree. It may be longer than the one that they were written with.
func rename(called caller.Program, cmd *cobra.Command) {
	cmd.Short = called.Say(cmd.Short)
	cmd.Long = narrow(called.Say(cmd.Long))
	cmd.Example = called.Say(cmd.Example)
	for _, sub := range cmd.Commands() {
		rename(called, sub)
	}
}

// narrow breaks the paragraphs of a text anew, and no command that stands in quotes.
// A paragraph that is indented stays as it is.
func narrow(text string) string {
	const unbroken = "\u00a0"
	paragraphs := strings.Split(text, "\n\n")
	for i, paragraph := range paragraphs {
		if !strings.HasPrefix(paragraph, " ") {
			parts := strings.Split(strings.ReplaceAll(paragraph, "\n", " "), `"`)
			for j := 1; j < len(parts); j += 2 {
				parts[j] = strings.ReplaceAll(parts[j], " ", unbroken)
			}
			lines := foldWords(strings.Join(parts, `"`), helpWidth)
			paragraphs[i] = strings.ReplaceAll(strings.Join(lines, "\n"), unbroken, " ")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
