package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
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
	conn       *caller.Connection
	ask        mint.Ask
	credential jit.Credential
	arn        string // of the AWS session, by STS
	client     kubernetes.Interface
	identity   cani.Identity
}

// chain is the joints in the order in which a kubectl call passes them.
func (p *patient) chain() []joint {
	return []joint{
		{Name: "kubeconfig", look: p.kubeconfig, next: p.byHand},
		{Name: "plugin", look: p.plugin, next: p.login},
		{Name: "broker sign-in", look: p.signIn, next: p.reach},
		{Name: "profile", look: p.profile, next: p.reach},
		{Name: "checkout", look: p.checkout, next: p.login},
		{Name: "role", look: p.role, next: p.account},
		{Name: "STS", look: p.sts, next: p.openSTS},
		{Name: "clock", look: p.clock, next: p.setClock},
		{Name: "cluster endpoint", look: p.endpoint, next: p.server},
		{Name: "authenticator mapping", look: p.mapping, next: p.server},
		{Name: "RBAC", look: p.rbac, next: p.server},
	}
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
		return "", jit.Errorf(jit.Invalid, "", "context %s does not get its tokens from this program", p.entry.Context).WithNext("%s", p.login(nil))
	case exec.APIVersion != held.V1 && exec.APIVersion != held.V1beta1:
		return "", jit.Errorf(jit.Invalid, "", "the entry of user %s speaks %s, which no client speaks any more", p.entry.User, exec.APIVersion).WithNext("%s", p.login(nil))
	}
	args, err := caller.ParseTokenArgs(exec.Args[1:])
	if err != nil || args.Profile == "" || args.Cluster.Name == "" && args.Cluster.Region != "" {
		return "", jit.Errorf(jit.Invalid, "", "the entry of user %s does not name profile and cluster", p.entry.User).WithNext("%s", p.login(nil))
	}
	p.args = args
	return fmt.Sprintf("%s: context %s", p.entry.File, p.entry.Context), nil
}

// adopt gives this process what the entry's env gives the plugin, so that all
// further joints are looked at as the plugin meets them. A client looks the command
// up without it.
func (p *patient) adopt() error {
	for name, value := range p.entry.Exec.Env {
		if err := os.Setenv(name, value); err != nil {
			return jit.Errorf(jit.Invalid, "", "the entry's env sets %q, which cannot be: %w", name, err).WithNext("%s", p.login(nil))
		}
	}
	return nil
}

// plugin asks the program that clients start which one it is.
func (p *patient) plugin(ctx context.Context) (string, error) {
	command := p.entry.Exec.Command
	path, err := exec.LookPath(command)
	if err != nil {
		return "", jit.Errorf(jit.NotFound, "", "the entry calls %s, which is not there: %w", command, err).WithNext("%s", p.login(nil))
	}
	if err := p.adopt(); err != nil {
		return "", err
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
	if p.conn, err = p.ConnectFor(ctx, settings, p.args); err != nil {
		return "", err
	}
	person, err := p.conn.Broker.Whoami(ctx)
	if err != nil {
		return "", err
	}
	return person.Name + " at " + p.conn.Tenant.URL + p.untilEnd(p.conn.SignIn), nil
}

func (p *patient) profile(ctx context.Context) (string, error) {
	ask, err := p.args.Ask(p.conn)
	if err != nil {
		return "", err
	}
	ask.Open = mint.Never
	p.ask = ask
	all, err := p.conn.Profiles(ctx)
	if err != nil {
		return "", err
	}
	if _, err := exactly(ask.Access, all); err != nil {
		return "", err
	}
	if _, is := itself(ask.Access, all); is == p.onEKS() {
		return "", jit.Errorf(jit.Invalid, "", "the entry of user %s must name a cluster where the profile is none itself, and only there", p.entry.User).WithNext("%s", p.login(nil))
	}
	return ask.Access.Path(), nil
}

func (p *patient) checkout(ctx context.Context) (string, error) {
	grant, stands, err := p.conn.Mint.Standing(ctx, p.ask.Access)
	if err != nil {
		return "", err
	}
	resting := p.conn.Mint.Resting(p.ask)
	if stands && resting == nil {
		return "until " + p.until(grant.NotAfter), nil
	}
	request, found := p.request(ctx)
	switch {
	case found && request.State == jit.RequestPending:
		return "", jit.Errorf(jit.Waiting, "", "%s for %s awaits %s, until %s", requestName(request), p.ask.Access.Profile, approvers(request), p.until(request.Expires)).
			WithNext("%s  # goes on waiting for the decision", p.login(nil))
	case resting != nil:
		return "", resting
	case found:
		return "", jit.Errorf(jit.Denied, "", "%s is not checked out; %s for it is approved, until %s", p.ask.Access.Profile, requestName(request), p.until(request.ValidUntil))
	}
	return "", jit.Errorf(jit.Denied, "", "%s is not checked out", p.ask.Access.Profile)
}

// request is the newest one for the access, where it is pending or its approval
// can still be used. Where requests cannot be listed, none is known.
func (p *patient) request(ctx context.Context) (jit.Request, bool) {
	all, _ := p.conn.Broker.Requests(ctx, jit.MyRequests)
	for _, r := range all {
		if r.Access.Same(p.ask.Access) {
			return r, r.State == jit.RequestPending || r.State == jit.RequestApproved && r.ValidUntil.After(p.Now())
		}
	}
	return jit.Request{}, false
}

// role gets AWS keys as every renewal does, past those that are held, and goes on
// to the further roles of the entry: the first look has left none of theirs.
func (p *patient) role(ctx context.Context) (string, error) {
	ask := p.ask
	ask.Fresh, ask.Roles = true, nil
	if !p.onEKS() {
		token, err := p.conn.Mint.Token(ctx, ask)
		return "none: the broker gives the cluster's token, until " + p.until(token.Expires), err
	}
	credential, err := p.conn.Mint.Credential(ctx, ask)
	if err != nil {
		return "", err
	}
	found := ""
	if len(p.ask.Roles) > 0 {
		if credential, err = p.conn.Mint.Credential(ctx, p.ask); err != nil {
			return "", err
		}
		found = "goes on to " + chainOf(p.ask.Roles) + ", "
	}
	p.credential = credential
	return found + "AWS keys until " + p.until(credential.Expires), nil
}

// onEKS reports whether the cluster takes tokens that are made of AWS keys.
func (p *patient) onEKS() bool { return p.args.Cluster.Name != "" }

// sts is asked by the cluster for every token, and by this machine only here: so
// not to reach it from here breaks nothing.
func (p *patient) sts(ctx context.Context) (string, error) {
	if !p.onEKS() {
		return "not needed", nil
	}
	arn, err := account.Finder{}.CallerIdentity(ctx, p.credential, p.args.Cluster.Region)
	if jit.CodeOf(err) == jit.Unavailable {
		return "", warning{fmt.Errorf("%w (kubectl works without; the cluster asks STS itself)", err)}
	}
	p.arn = arn
	return arn, err
}

// clock compares this machine's with the broker's, by the answers so far.
func (p *patient) clock(context.Context) (string, error) {
	clock, ok := p.conn.Broker.(jit.Clock)
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
	return "", warning{jit.Errorf(jit.Invalid, "", "it is %s %s the broker's; this program makes up for that, others do not", skew.Round(time.Second), side)}
}
