package cli

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/execcred"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// endpoint asks the API server without a token whether it is there. That it knows
// nobody of that name is an answer.
func (p *patient) endpoint(ctx context.Context) (string, error) {
	anonymous, err := p.env.client(p.entry, jit.Token{})
	if err != nil {
		return "", err
	}
	err = anonymous.Discovery().RESTClient().Get().AbsPath("/livez").Do(ctx).Error()
	if !answers(err) {
		return "", jit.Errorf(jit.Unavailable, "", "%s: %w", shown(p.entry.Server), err)
	}
	return shown(p.entry.Server), nil
}

// answers reports whether a request without a token came to an API server: not one
// that broke down, a proxy without what is behind it, or another web server.
func answers(err error) bool {
	var status *apierrors.StatusError
	if !errors.As(err, &status) {
		return err == nil
	}
	code := status.ErrStatus.Code
	return code < http.StatusInternalServerError && code != http.StatusNotFound && code != http.StatusProxyAuthRequired
}

// mapping asks the cluster who the holder of a fresh token is.
func (p *patient) mapping(ctx context.Context) (string, error) {
	ask := p.ask
	ask.Fresh = true
	token, err := p.conn.Mint.Token(ctx, ask)
	if err != nil {
		return "", err
	}
	if p.client, err = p.env.client(p.entry, token); err != nil {
		return "", err
	}
	p.identity, err = cani.Whoami(ctx, p.client)
	if err != nil {
		return "", p.unmapped(p.refused(ctx, p.conn, p.ask, err))
	}
	return p.identity.Name + inGroups(p.identity.Groups), nil
}

// unmapped names what an administrator types to let the role in.
func (p *patient) unmapped(err error) error {
	role := roleARN(p.arn)
	if refused, ok := errors.AsType[*jit.Error](err); ok && refused.Code == jit.Denied && role != "" {
		return refused.WithNext("kubectl jit admin mappings add %s --group GROUP", jit.Quote(role))
	}
	return err
}

// rbac looks whether anything at all is allowed beside what everybody may. A
// cluster that also decides in ways it cannot list, as EKS does, is asked for the
// most usual thing before it is said that nothing is.
func (p *patient) rbac(ctx context.Context) (string, error) {
	namespace := namespaceOf(p.entry, "")
	view, err := cani.Ask(ctx, p.client, namespace)
	if err != nil {
		return "", err
	}
	if !view.Empty() {
		return view.Summary(), nil
	}
	answer, err := cani.Can(ctx, p.client, cani.Question{Verb: "list", Resource: "pods", Namespace: namespace})
	if err != nil {
		return "", err
	}
	if answer.Allowed {
		return "list pods is allowed, by what the cluster does not list", nil
	}
	return "", jit.Errorf(jit.Denied, "", "no rule that the cluster lists in namespace %s is for %s%s, and list pods is not allowed: a RoleBinding, a ClusterRoleBinding or an EKS access policy must name one of the groups",
		namespace, p.identity.Name, inGroups(p.identity.Groups)).WithNext("kubectl jit admin rbac --group %s --preset viewer", jit.Quote(p.group()))
}

// group is the first group of the person that tells them apart.
func (p *patient) group() string {
	for _, group := range p.identity.Groups {
		if group != everybody {
			return group
		}
	}
	return "GROUP"
}

// asGUI runs the entry as a desktop program would.
func (p *patient) asGUI(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, caller.Deadline)
	defer cancel()
	command := p.entry.Exec.Command
	if path := guiPath(); len(path) > 0 && !strings.ContainsAny(command, `/\`) {
		at := slices.IndexFunc(path, func(dir string) bool { return isProgram(filepath.Join(dir, command)) })
		if at < 0 {
			return "", jit.Errorf(jit.NotFound, "", "the entry calls %s, which is in none of %s", command, strings.Join(path, ", ")).WithNext("%s", p.login(nil))
		}
		command = filepath.Join(path[at], command) // and not what this program's own PATH leads to
	}
	cmd := exec.CommandContext(ctx, command, p.entry.Exec.Args...)
	cmd.Env = p.guiEnv()
	detach(cmd)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		text := strings.Join(strings.Fields(said.String()), " ")
		return "", jit.Errorf(jit.Unavailable, "", "%s: %w: %s", command, err, text)
	}
	if !strings.Contains(out.String(), `"ExecCredential"`) {
		return "", jit.Errorf(jit.Internal, "", "%s ended well and wrote no ExecCredential", command)
	}
	return "it gets a token", nil
}

// guiEnv is what a desktop gives the programs it starts, and what client-go adds.
func (p *patient) guiEnv() []string {
	env := []string{
		"PATH=" + strings.Join(guiPath(), string(os.PathListSeparator)),
		execcred.Variable + `={"kind":"ExecCredential","apiVersion":"` + held.V1 + `","spec":{"interactive":false}}`,
	}
	for _, name := range []string{
		"HOME", "USER", "USERPROFILE", "LocalAppData", "AppData", "SystemRoot", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME",
		"XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
	} {
		if value := p.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	for name, value := range p.entry.Exec.Env {
		env = append(env, name+"="+value)
	}
	return env
}
