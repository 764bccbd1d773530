package caller

import (
	"context"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/execcred"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Deadline is how long a call by a program may take: the programs have no time
// limit of their own.
const Deadline = time.Minute

// TimeLimit is how long this call may take: where a person is there, they may have
// to sign in meanwhile.
func (c *Caller) TimeLimit() time.Duration {
	if c.Person.Present() {
		return Deadline + SignInWait
	}
	return Deadline
}

// GetToken answers a client: one call in, one token out.
//
//	KUBERNETES_EXEC_INFO ─▶ execcred.Parse ─▶ mint.Token ─▶ execcred.Write ─▶ stdout
//
// It is reached when the front (cmd/kubectl-jit) holds no token that is good.
// Stdout carries one object or nothing.
func (c *Caller) GetToken(ctx context.Context, args TokenArgs) error {
	apiVersion, err := execcred.Parse(c.Getenv(execcred.Variable))
	if err != nil {
		return args.mend(err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.TimeLimit())
	defer cancel()
	_, token, err := c.Token(ctx, args, c.Argv[min(1, len(c.Argv)):])
	if err != nil {
		return err
	}
	return args.answer(c.Streams.Out, apiVersion, token)
}

// Token gets the token that a call of get-token is to be answered with. The call
// is the arguments as they came, the verb first: the front looks for the held
// token by them.
func (c *Caller) Token(ctx context.Context, args TokenArgs, call []string) (*Connection, jit.Token, error) {
	if args.Profile == "" {
		err := jit.Errorf(jit.Invalid, "get a token", "--profile must be given")
		return nil, jit.Token{}, err.WithNext("kubectl jit login PROFILE")
	}
	settings, err := c.OwnSettings()
	if err != nil {
		return nil, jit.Token{}, err
	}
	conn, err := c.ConnectFor(ctx, settings, args)
	if err != nil {
		return nil, jit.Token{}, err
	}
	ask, err := args.Ask(conn)
	if err != nil {
		return nil, jit.Token{}, err
	}
	ask.Held = c.HeldName(conn, args, call)
	token, err := conn.Mint.Token(ctx, ask)
	return conn, token, err
}

// HeldName names the file in which the front looks for the answer to a call. It
// is empty, and nothing is held, where nothing may be kept, for a call that the
// front never answers (flags before the verb), for one that leaves its tenant to the
// configuration, which may come to mean another, and for a workload's: the front
// cannot tell whose job of a machine it is called by.
func (c *Caller) HeldName(conn *Connection, args TokenArgs, call []string) string {
	if !conn.Folders.Keeps() || len(call) == 0 || call[0] != GetTokenVerb || !strings.Contains(args.Tenant, "://") || conn.SignIn.By == ByFederation {
		return ""
	}
	return held.Name(call[1:], held.ConfigDir(), c.Getenv(EnvToken))
}
