package cli

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// printEnv prints the AWS keys of a checkout as a shell reads them.
type printEnv struct {
	awsKeys
	output
	shell string
}

func newPrintEnv(e *env) *cobra.Command {
	p := printEnv{awsKeys: awsKeys{env: e}}
	cmd := &cobra.Command{
		Use:   "env PROFILE",
		Short: "Print AWS keys as lines that set a shell's environment",
		Long: `Print the AWS keys of a profile as lines that set the environment of a shell:
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, their end in
AWS_CREDENTIAL_EXPIRATION and, where it is known, AWS_REGION.

They are a copy, which nothing renews and no check-in takes back.
"kubectl jit exec" gives them to one command alone, and a profile written by
"kubectl jit aws-credential-process --write" renews them.

In fish pipe the output to source, in PowerShell to Out-String and
Invoke-Expression.`,
		Example: `  eval "$(kubectl jit env eks-pod-manager)"
  kubectl jit env eks-pod-manager --shell fish | source
  kubectl jit env eks-pod-manager -o json`,
		Args: usage.Wants("PROFILE"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.run(cmd.Context(), args[0]) },
	}
	p.awsKeys.flags(cmd)
	cmd.Flags().Var(oneOf{&p.shell, shells()}, "shell", "one of: "+strings.Join(shells(), ", ")+" (guessed)")
	p.output.flag(cmd, "json", "yaml")
	cmd.ValidArgsFunction = first(e.profiles)
	return cmd
}

// environmentObject is the answer in "-o json".
type environmentObject struct {
	typeMeta
	Profile   string            `json:"profile"`
	Variables map[string]string `json:"variables"`
}

func (p *printEnv) run(ctx context.Context, profile string) error {
	if term.IsTerminal(p.Streams.Out) {
		p.Note("warning: these keys are shown on a terminal; meant is: eval \"$(kubectl jit env %s)\"", jit.Quote(profile))
	}
	all, err := p.variables(ctx, profile)
	if err != nil {
		return err
	}
	for _, name := range rivals() {
		if p.Getenv(name) != "" {
			p.Note("warning: %s is set here and leads some programs to other keys: unset it", name)
		}
	}
	if p.format != "" {
		object := environmentObject{typeMeta: kind("AWSEnvironment"), Profile: profile, Variables: map[string]string{}}
		for _, v := range all {
			object.Variables[v.name] = v.value
		}
		return p.print(p.Streams.Out, p.Streams.ErrOut, listing{object: object})
	}
	shell := p.shell
	if shell == "" {
		shell = guessShell(runtime.GOOS, p.Getenv)
	}
	var lines strings.Builder
	for _, v := range all {
		line, err := setLine(shell, v)
		if err != nil {
			return err
		}
		lines.WriteString(line + "\n")
	}
	_, err = fmt.Fprint(p.Streams.Out, lines.String())
	return err
}
