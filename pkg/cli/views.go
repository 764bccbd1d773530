package cli

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// seenView is a view that the person once saw: what a profile gave on a cluster,
// or what a group would give. It is kept so that profiles can be compared and
// searched without checking each of them out.
type seenView struct {
	Tenant  string
	Profile string // its path; empty where the view is of a group
	Group   string // previewed; empty where the view is of a profile
	Cluster jit.Cluster
	Seen    time.Time
	View    cani.View
}

// name is how the view is called on the command line.
func (s seenView) name() string {
	if s.Group != "" {
		return groupView + s.Group
	}
	return s.Profile
}

// groupView stands before the name of a group where a profile may stand too.
const groupView = "group/"

// views is the folder of views that were seen, in the cache.
type views struct{ dir string }

func seenBy(conn *caller.Connection) views { return views{conn.Folders.Views} }

// largestView bounds a view that is read, in bytes.
const largestView = 8 << 20

// keep keeps the view in the place of an older one of the same.
func (v views) keep(s seenView) error {
	if v.dir == "" {
		return nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", s.Tenant, s.name(), s.Cluster, s.View.Namespace))
	return held.WriteOwn(filepath.Join(v.dir, hex.EncodeToString(key[:16])), text)
}

// of lists the views of a cluster, newest first. What cannot be read is none.
func (v views) of(tenant string, cluster jit.Cluster) []seenView {
	entries, err := os.ReadDir(v.dir)
	if err != nil {
		return nil
	}
	var all []seenView
	for _, entry := range entries {
		text, _, ok := held.ReadOwn(filepath.Join(v.dir, entry.Name()), largestView)
		var s seenView
		if ok && json.Unmarshal(text, &s) == nil && s.Tenant == tenant && s.Cluster == cluster {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b seenView) int { return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.name(), b.name())) })
	return all
}

// namespaces adds the namespaces of the cluster in which something was seen.
func (v views) namespaces(cluster jit.Cluster, to map[string]bool) {
	files, err := os.ReadDir(v.dir)
	if err != nil {
		return
	}
	for _, file := range files {
		text, _, ok := held.ReadOwn(filepath.Join(v.dir, file.Name()), largestView)
		var s struct { // the cells are left out: completing is to be quick
			Cluster jit.Cluster
			View    struct{ Namespace string }
		}
		if ok && json.Unmarshal(text, &s) == nil && s.Cluster == cluster {
			to[s.View.Namespace] = true
		}
	}
}
