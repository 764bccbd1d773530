package cli

import (
	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type completion struct{ *env }

func newCompletion(e *env) *cobra.Command {
	c := completion{env: e}
	cmd := &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell|kubectl",
		Short: "Complete commands and names in your shell",
		Long: `Complete commands and names in your shell.

Behind "kubectl jit" it is kubectl that completes, with a small program that it
looks for on the PATH: "install" puts it there, and "kubectl" prints it. With the
name of a shell it is the script for the program called by its own name.

Completing asks no server. Profiles are those that the broker listed last, for
"kubectl jit profiles" and others.`,
		Example: `  kubectl jit completion install

  source <(kubectl-jit completion bash)`,
		Args:      usage.Wants("SHELL"),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell", "kubectl"},
		RunE:      c.run,
	}
	cmd.AddCommand(newCompletionInstall(e), newCompletionUninstall(e))
	return cmd
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
		_, text, err := c.completer()
		if err == nil {
			_, err = out.Write([]byte(text))
		}
		return err
	}
	return jit.Errorf(jit.Invalid, "", "no completion for %q: bash, zsh, fish, powershell and kubectl have one", args[0])
}
