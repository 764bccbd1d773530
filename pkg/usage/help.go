package usage

import (
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// Width is how wide help is, in columns: as the narrowest usual screen, whatever this
// one is, so that documentation can say the same. What is to be copied, usage and
// examples, is not broken.
const Width = 80

// Prepare makes a whole tree of commands ready to run: help is broken at [Width], with
// its texts as say writes them, which may put in a longer name, and a flag or a
// subject of help that does not exist is answered.
func Prepare(root *cobra.Command, say func(string) string) {
	root.SetFlagErrorFunc(badFlag)
	first := root.Commands()[0].Name() // by the alphabet, and not help itself
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Use, help.Short, help.Args = "help [COMMAND…]", "Show the help of a command", subject
		help.Long = "Show the help of a command, as --help does behind it."
		help.Example = "  " + root.CommandPath() + " help " + first
	}
	fold(root, say)
	usual := root.UsageFunc()
	root.SetUsageFunc(func(cmd *cobra.Command) error { return narrow(cmd, usual) })
}

// subject refuses to show the help of something else than was asked for.
func subject(cmd *cobra.Command, words []string) error {
	found, rest, err := cmd.Root().Find(words)
	if err != nil || len(rest) == 0 {
		return err
	}
	return noCommand(found, rest[0])
}

func fold(cmd *cobra.Command, say func(string) string) {
	cmd.Short = say(cmd.Short)
	cmd.Long = foldText(say(cmd.Long))
	cmd.Example = say(cmd.Example)
	for _, sub := range cmd.Commands() {
		fold(sub, say)
	}
}

// narrow writes the usage with what it says of flags, and its last line, broken. A
// template would do it in one line, and link 20 MB more: the linker keeps every
// method for one.
func narrow(cmd *cobra.Command, usual func(*cobra.Command) error) error {
	out, text := cmd.OutOrStderr(), new(strings.Builder)
	cmd.SetOut(text)
	defer cmd.SetOut(out)
	if err := usual(cmd); err != nil {
		return err
	}
	local, inherited := cmd.LocalFlags(), cmd.InheritedFlags()
	last := `Use "` + cmd.CommandPath() + ` [command] --help" for more information about a command.`
	_, err := strings.NewReplacer(
		local.FlagUsages(), local.FlagUsagesWrapped(Width),
		inherited.FlagUsages(), inherited.FlagUsagesWrapped(Width),
		last, foldText(last),
	).WriteString(out, text.String())
	return err
}

// foldText breaks the paragraphs of a text anew, and no command that stands in
// quotes. A paragraph that is indented stays as it is.
func foldText(text string) string {
	const unbroken = "\u00a0"
	paragraphs := strings.Split(text, "\n\n")
	for i, paragraph := range paragraphs {
		if !strings.HasPrefix(paragraph, " ") {
			parts := strings.Split(strings.ReplaceAll(paragraph, "\n", " "), `"`)
			for j := 1; j < len(parts); j += 2 {
				parts[j] = strings.ReplaceAll(parts[j], " ", unbroken)
			}
			lines := Fold(strings.Join(parts, `"`), Width)
			paragraphs[i] = strings.ReplaceAll(strings.Join(lines, "\n"), unbroken, " ")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// Fold cuts a text between words into lines of a width, in columns. A longer word has
// a line of its own.
func Fold(text string, width int) []string {
	lines := []string{""}
	for i, word := range strings.Split(text, " ") {
		last := &lines[len(lines)-1]
		switch {
		case i == 0:
			*last = word
		case utf8.RuneCountInString(*last+" "+word) > width:
			lines = append(lines, word)
		default:
			*last += " " + word
		}
	}
	return lines
}
