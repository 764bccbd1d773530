package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

type completion struct{ *env }

func newCompletion(e *env) *cobra.Command {
	c := completion{env: e}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell|kubectl",
		Short: "Print a completion script",
		Long: `Print a completion script.

With "kubectl" it is the small program that kubectl looks for on the PATH to
complete behind "kubectl jit". With the name of a shell it is for the program
called by its own name. Completing asks no server.`,
		Example: `  kubectl jit completion kubectl > ~/.local/bin/kubectl_complete-jit
  chmod +x ~/.local/bin/kubectl_complete-jit

  source <(kubectl-jit completion bash)`,
		Args:      wants("SHELL"),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell", "kubectl"},
		RunE:      c.run,
	}
}

func (c *completion) run(cmd *cobra.Command, args []string) error {
	root, out := cmd.Root(), c.Streams.Out
	switch args[0] {
	case "bash":
		return root.GenBashCompletionV2(out, true)
	case "zsh":
		return root.GenZshCompletion(out)
	case "fish":
		return root.GenFishCompletion(out, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(out)
	case "kubectl":
		_, err := fmt.Fprintf(out, "#!/bin/sh\nexec %s __complete \"$@\"\n", c.Called)
		return err
	}
	return jit.Errorf(jit.Invalid, "", "no completion for %q: bash, zsh, fish, powershell and kubectl have one", args[0])
}
