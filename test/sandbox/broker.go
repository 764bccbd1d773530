package sandbox

import (
	"context"
	_ "embed"
	"os"
	"path/filepath"
	"strings"
)

// catalog is what the story's broker declares.
//
//go:embed catalog.yaml
var catalog []byte

// brokerName is what the broker is called, and its log.
const brokerName = "jit-broker"

// Broker is the running jit-broker.
type Broker struct {
	URL    string
	CAFile string
	Config string // its configuration file

	dir     string
	program string
	process *process
}

// newBroker makes a configuration with jit-broker's own commands.
func newBroker(ctx context.Context, dir, program string, env []string) (*Broker, error) {
	found, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	b := &Broker{
		dir: dir, program: program, URL: "https://127.0.0.1:" + itoa(found[0]),
		CAFile: filepath.Join(dir, "tls.crt"), Config: filepath.Join(dir, "broker.yaml"),
	}
	listen := strings.TrimPrefix(b.URL, "https://")
	if _, err := run(ctx, env, nil, program, "init", "--dir", dir, "--listen", listen, "--url", b.URL); err != nil {
		return nil, err
	}
	return b, os.WriteFile(filepath.Join(dir, "catalog.yaml"), catalog, 0o600)
}

// metadata is the document that an AWS administrator registers.
func (b *Broker) metadata(ctx context.Context, env []string) ([]byte, error) {
	return run(ctx, env, nil, b.program, "saml", "metadata", "--config", b.Config)
}

// token makes an API token for a user.
func (b *Broker) token(ctx context.Context, env []string, user string) (string, error) {
	text, err := run(ctx, env, nil, b.program, "token", "create", "--user", user, "--config", b.Config)
	return strings.TrimSpace(string(text)), err
}

// serve starts the broker and waits until it is ready.
func (b *Broker) serve(ctx context.Context, env []string) error {
	p, err := start(b.dir, brokerName, b.program, env, "serve", "--config", b.Config)
	if err != nil {
		return err
	}
	b.process = p
	return p.wait(ctx, answers(b.URL+"/readyz", b.CAFile, ""))
}

func (b *Broker) stop() {
	if b.process != nil {
		b.process.stop()
		b.process = nil
	}
}

// Log is the file with what the broker said.
func (b *Broker) Log() string { return filepath.Join(b.dir, brokerName+".log") }

// StopBroker ends the broker, as an outage does: its address and its data stay.
func (s *Sandbox) StopBroker() { s.Broker.stop() }

// ResumeBroker starts the broker where StopBroker left it, and is back when it is
// ready. One that runs is left alone.
func (s *Sandbox) ResumeBroker(ctx context.Context) error {
	if s.Broker.process != nil {
		return nil
	}
	return s.Broker.serve(ctx, s.serverEnv())
}
