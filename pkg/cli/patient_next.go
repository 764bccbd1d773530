package cli

import (
	"crypto/x509"
	"errors"
	"fmt"
	"runtime"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks"
)

// What to do about a joint whose error does not say it: a command, and after "#"
// who can mend what the person cannot.

// login writes the entry anew.
func (p *patient) login(error) string {
	login := "kubectl jit login PROFILE"
	if p.ask.Access.Profile != "" {
		login = p.ask.Login()
	}
	return login + " --context " + jit.Quote(p.entry.Context)
}

// byHand is for a file that no command of ours mends.
func (p *patient) byHand(error) string {
	return "kubectl config view  # and mend the file by hand"
}

// reach is for a broker that does not answer as it should.
func (p *patient) reach(err error) string {
	if p.conn == nil {
		return "kubectl jit login --tenant " + jit.Quote(p.args.Tenant)
	}
	if certificate, ok := errors.AsType[x509.CertificateInvalidError](err); ok && certificate.Reason == x509.Expired {
		return p.setClock(err)
	}
	return fmt.Sprintf("curl -sS %s  # not reached from here? whoever runs the broker or the network can tell why", jit.Quote(p.conn.Tenant.URL))
}

// account is for what AWS refuses, which no user of the account can mend.
func (p *patient) account(err error) string {
	if jit.CodeOf(err) != jit.Denied {
		return p.again(err)
	}
	return fmt.Sprintf("kubectl jit admin trust-policy --help  # for an administrator of %s", p.ask.Access.Environment)
}

// openSTS is for a network that does not lead to STS.
func (p *patient) openSTS(error) string {
	host, err := eks.STSHost(p.args.Cluster.Region)
	if err != nil {
		return p.login(err)
	}
	return fmt.Sprintf("curl -sS https://%s  # not reached from here? whoever runs the network can open it", host)
}

// setClock sets this machine's clock by the network.
func (p *patient) setClock(error) string {
	switch runtime.GOOS {
	case "darwin":
		return "sudo sntp -sS time.apple.com"
	case "windows":
		return "w32tm /resync"
	}
	return "sudo timedatectl set-ntp true"
}

// server is for a cluster that does not answer as one does.
func (p *patient) server(error) string {
	return "kubectl config get-contexts  # is this the server that is meant? whoever runs it can tell why"
}

// again is for what may pass.
func (p *patient) again(error) string {
	return "kubectl jit doctor --context " + jit.Quote(p.entry.Context) + "  # once more in a moment"
}
