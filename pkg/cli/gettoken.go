package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/execcred"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// deadline is how long a call by a program may take: the programs have no time
// limit of their own.
const deadline = time.Minute

// getToken answers kubectl: one call in, one token out.
//
//	KUBERNETES_EXEC_INFO ─▶ execcred.Parse ─▶ mint.Token ─▶ execcred.Write ─▶ stdout
//
// It is reached when the front (cmd/kubectl-jit) holds no token that is good.
// Stdout carries one object or nothing.
type getToken struct {
	*env
	args tokenArgs
}

func newGetToken(e *env) *cobra.Command {
	g := getToken{env: e}
	cmd := &cobra.Command{
		Use:   getTokenVerb,
		Short: "Print a token for a cluster (kubectl calls this)",
		Long: `Print a token for a cluster, as the ExecCredential that kubectl and every other
program with a kubeconfig asks for.

"kubectl jit login" writes the call into the kubeconfig. By hand it shows what
kubectl would get. It lives on a checkout that stands; it opens one for a person
at a terminal, where the policy asks for nothing, and for an entry with
--unattended.`,
		Example: `  kubectl-jit get-token --tenant https://broker.example.com \
    --profile "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager" \
    --cluster sandbox --region eu-central-1`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return g.run(cmd.Context()) },
	}
	g.args.flags(cmd)
	return cmd
}

func (g *getToken) run(ctx context.Context) error {
	call, err := execcred.Parse(g.getenv("KUBERNETES_EXEC_INFO"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	g.args.tenant = g.tenant
	_, token, err := g.token(ctx, g.args, g.argv[min(1, len(g.argv)):])
	if err != nil {
		return err
	}
	return execcred.Write(g.streams.Out, call, token)
}

// token gets the token that a call of get-token is to be answered with. The call
// is the arguments as they came, the verb first: the front looks for the held
// token by them.
func (e *env) token(ctx context.Context, args tokenArgs, call []string) (*session, jit.Token, error) {
	if args.profile == "" || args.cluster.Name == "" {
		err := jit.Errorf(jit.Invalid, "get a token", "--profile and --cluster must be given")
		return nil, jit.Token{}, err.WithNext("kubectl jit login PROFILE")
	}
	settings, err := e.settings()
	if err != nil {
		return nil, jit.Token{}, err
	}
	s, err := e.connectTo(settings, args.tenant)
	if err != nil {
		return nil, jit.Token{}, err
	}
	ask, err := args.ask(s)
	if err != nil {
		return nil, jit.Token{}, err
	}
	ask.Held = e.heldName(args, call)
	token, err := s.mint.Token(ctx, ask)
	return s, token, err
}

// heldName names the file in which the front looks for the answer to a call. It
// is empty, and nothing is held, for a call that the front never answers (flags
// before the verb), and for one that leaves its tenant to the configuration,
// which may come to mean another.
func (e *env) heldName(args tokenArgs, call []string) string {
	if len(call) == 0 || call[0] != getTokenVerb || !strings.Contains(args.tenant, "://") {
		return ""
	}
	return held.Name(call[1:], held.ConfigDir(), e.getenv(envToken))
}
