package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
)

// patient is a context of the kubeconfig and what doctor has learnt of it so far.
// Each joint fills in what the next ones need.
type patient struct {
	*env
	kube kubeFlags

	entry      kubeconfig.Entry
	args       caller.TokenArgs
	session    *caller.Session
	ask        mint.Ask
	credential jit.Credential
	arn        string // of the AWS session, by STS
	client     kubernetes.Interface
	identity   cani.Identity
}

// chain is the joints in the order in which a kubectl call passes them.
func (p *patient) chain() []joint {
	return []joint{
		{Name: "kubeconfig", look: p.kubeconfig},
		{Name: "plugin", look: p.plugin},
		{Name: "broker sign-in", look: p.signIn},
		{Name: "profile", look: p.profile},
		{Name: "checkout", look: p.checkout},
		{Name: "role", look: p.role},
		{Name: "STS", look: p.sts},
		{Name: "clock", look: p.clock},
		{Name: "cluster endpoint", look: p.endpoint},
		{Name: "authenticator mapping", look: p.mapping},
		{Name: "RBAC", look: p.rbac},
	}
}

// login is the command that mends an entry.
func (p *patient) login() string {
	profile := "PROFILE"
	if p.ask.Access.Profile != "" {
		profile = quote(p.ask.Name)
	}
	return fmt.Sprintf("kubectl jit login %s --context %s", profile, quote(p.entry.Context))
}

func (p *patient) kubeconfig(context.Context) (string, error) {
	_, entry, err := p.kube.entry()
	if err != nil {
		return "", err
	}
	p.entry = entry
	exec := entry.Exec
	switch {
	case p.entry.Server == "":
		return "", jit.Errorf(jit.Invalid, "", "context %s leads to cluster %q, of which there is no entry with a server", p.entry.Context, p.entry.Cluster).
			WithNext("kubectl config get-contexts")
	case exec == nil || !exec.Ours():
		return "", jit.Errorf(jit.Invalid, "", "context %s does not get its tokens from this program", p.entry.Context).WithNext("%s", p.login())
	case exec.APIVersion != held.V1 && exec.APIVersion != held.V1beta1:
		return "", jit.Errorf(jit.Invalid, "", "the entry of user %s speaks %s, which no client speaks any more", p.entry.User, exec.APIVersion).WithNext("%s", p.login())
	}
	args, err := caller.ParseTokenArgs(exec.Args[1:])
	if err != nil || args.Profile == "" || args.Cluster.Name == "" {
		return "", jit.Errorf(jit.Invalid, "", "the entry of user %s does not name profile and cluster", p.entry.User).WithNext("%s", p.login())
	}
	p.args = args
	return fmt.Sprintf("context %s in %s", p.entry.Context, p.entry.File), nil
}

// plugin asks the program that clients start which one it is.
func (p *patient) plugin(ctx context.Context) (string, error) {
	command := p.entry.Exec.Command
	path, err := exec.LookPath(command)
	if err != nil {
		return "", jit.Errorf(jit.NotFound, "", "the entry calls %s, which is not there: %w", command, err).WithNext("%s", p.login())
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	answer, err := exec.CommandContext(ctx, path, "version").Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", jit.Errorf(jit.Invalid, "", "%s does not run: %s", path, strings.TrimSpace(string(failed.Stderr)))
	}
	if err != nil {
		return "", jit.Errorf(jit.Invalid, "", "%s does not run: %w", path, err)
	}
	if words := strings.Fields(string(answer)); len(words) < 2 || words[1] != p.Version {
		return "", warning{jit.Errorf(jit.Invalid, "", "the entry calls %s, which is another version than this one (%s): %s", path, p.Version, strings.TrimSpace(string(answer)))}
	}
	if dir := held.CacheDir(); dir != "" {
		if err := held.CheckFolder(dir); err != nil {
			return "", warning{jit.Errorf(jit.Invalid, "", "nothing can be held between calls: %w", err)}
		}
	}
	return path, nil
}

func (p *patient) signIn(ctx context.Context) (string, error) {
	settings, err := p.Settings()
	if err != nil {
		return "", err
	}
	if p.session, err = p.ConnectFor(ctx, settings, p.args); err != nil {
		return "", err
	}
	person, err := p.session.Broker.Whoami(ctx)
	if err != nil {
		return "", err
	}
	return person.Name + " at " + p.session.Tenant.URL + p.untilEnd(p.session.SignIn), nil
}

func (p *patient) profile(ctx context.Context) (string, error) {
	ask, err := p.args.Ask(p.session)
	if err != nil {
		return "", err
	}
	ask.Open = mint.Never
	p.ask = ask
	all, err := p.session.Broker.Profiles(ctx)
	if err != nil {
		return "", err
	}
	if _, err := exactly(ask.Access, all); err != nil {
		return "", err
	}
	return ask.Access.Path(), nil
}

func (p *patient) checkout(ctx context.Context) (string, error) {
	if err := p.session.Mint.Resting(p.ask); err != nil {
		return "", err
	}
	grant, stands, err := p.session.Mint.Standing(ctx, p.ask.Access)
	switch {
	case err != nil:
		return "", err
	case stands:
		return "until " + p.until(grant.NotAfter), nil
	}
	return "", jit.Errorf(jit.Denied, "", "%s is not checked out", p.ask.Access.Profile).WithNext("%s", p.login())
}

// role gets AWS keys as every renewal does, past those that are held.
func (p *patient) role(ctx context.Context) (string, error) {
	ask := p.ask
	ask.Fresh = true
	credential, err := p.session.Mint.Credential(ctx, ask)
	if err != nil {
		return "", err
	}
	p.credential = credential
	return "AWS keys until " + p.until(credential.Expires), nil
}

// sts is asked by the cluster for every token, and by this machine only here: so
// not to reach it from here breaks nothing.
func (p *patient) sts(ctx context.Context) (string, error) {
	arn, err := account.Finder{}.CallerIdentity(ctx, p.credential, p.args.Cluster.Region)
	if jit.CodeOf(err) == jit.Unavailable {
		return "", warning{fmt.Errorf("%w (kubectl works without; the cluster asks STS itself)", err)}
	}
	p.arn = arn
	return arn, err
}

// clock compares this machine's with the broker's, by the answers so far.
func (p *patient) clock(context.Context) (string, error) {
	clock, ok := p.session.Broker.(jit.Clock)
	if !ok {
		return "the broker tells no time", nil
	}
	skew := clock.Skew()
	if skew == 0 {
		return "agrees with the broker's to a minute", nil
	}
	side := "behind"
	if skew < 0 {
		side, skew = "ahead of", -skew
	}
	return "", warning{jit.Errorf(jit.Invalid, "", "it is %s %s the broker's; this program makes up for that, others do not: set it", skew.Round(time.Second), side)}
}
