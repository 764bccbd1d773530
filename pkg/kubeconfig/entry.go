package kubeconfig

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Entry is one context with all that it leads to.
type Entry struct {
	Context   string // name of the context
	Cluster   string // name of its cluster entry
	User      string // name of its user entry
	Namespace string // empty where the context sets none

	ClusterEntry // what the cluster entry says; zero where there is none of that name

	// Exec is the user's exec credential provider, nil where it has none.
	Exec *Exec

	// File is the file that a change of the user goes to: where the user entry
	// lives, else where the context lives.
	File string
}

// ClusterEntry says how a cluster is reached. Relative paths in a kubeconfig are
// relative to its folder; here they are absolute.
type ClusterEntry struct {
	Server                string // URL of the API server
	CAData                []byte // PEM
	CAFile                string // used where CAData is empty
	TLSServerName         string
	ProxyURL              string
	InsecureSkipTLSVerify bool
	DisableCompression    bool

	// BritiveProfile is the profile that pybritive's kubeconfigs name in the
	// cluster's extension for exec providers: an alias, or a path in lower case.
	BritiveProfile string
}

// Exec is an exec credential provider as a user entry names it.
type Exec struct {
	APIVersion         string // client.authentication.k8s.io/v1
	Command            string
	Args               []string
	Env                map[string]string
	InstallHint        string
	InteractiveMode    string // Never, IfAvailable, Always
	ProvideClusterInfo bool
}

// getToken is the verb under which kubectl calls us.
const getToken = "get-token"

// Ours reports whether kubectl calls this program by the entry, under whatever
// name it is installed.
func (x Exec) Ours() bool {
	base := filepath.Base(strings.ReplaceAll(x.Command, `\`, "/"))
	return strings.HasPrefix(base, "kubectl-jit") && len(x.Args) > 0 && x.Args[0] == getToken
}

// Equal reports whether both mean the same call.
func (x Exec) Equal(y Exec) bool {
	return x.APIVersion == y.APIVersion && x.Command == y.Command && slices.Equal(x.Args, y.Args) &&
		maps.Equal(x.Env, y.Env) && x.InstallHint == y.InstallHint &&
		x.InteractiveMode == y.InteractiveMode && x.ProvideClusterInfo == y.ProvideClusterInfo
}

// Change says what was done to which entry.
type Change struct {
	File    string
	Context string
	User    string // the user entry that the context uses now
	Wrote   bool   // false: everything was there already, no byte was changed

	// Beside is the user entry that was left alone because a context of another
	// cluster uses it too; the context has got User instead. Else empty.
	Beside string

	// Old and New are what the file is and what it would be, of a dry run only.
	Old, New []byte
}
