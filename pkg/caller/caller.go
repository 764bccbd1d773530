package caller

import (
	"os"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// Caller is one process of ours and who started it.
type Caller struct {
	Argv    []string // as the process got them
	Called  Program
	Streams genericiooptions.IOStreams
	Version string
	Person  *term.Person
	Getenv  func(string) string
	Now     func() time.Time

	Tenant     string // the flag --tenant: a URL, a name of the configuration, or a Britive tenant
	Federation string // the flag --federation: the provider that a workload signs in by
	Verbosity  int    // the flag -v, as kubectl's

	leftOut bool                  // it was said that pybritive's configuration cannot be read
	opened  map[string]jit.Secret // by file of pybritive's, the passphrase that a person typed
}

// New is the caller of this process.
func New(argv []string, streams genericiooptions.IOStreams, version string) *Caller {
	return &Caller{
		Argv:    argv,
		Called:  calledBy(argv),
		Streams: streams,
		Version: version,
		Person:  term.Open(streams.ErrOut),
		Getenv:  os.Getenv,
		Now:     time.Now,
		opened:  map[string]jit.Secret{},
	}
}
