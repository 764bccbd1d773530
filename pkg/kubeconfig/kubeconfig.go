// Package kubeconfig adds, re-points and restores our entries in kubeconfig
// files. The file is somebody else's: every other byte of it stays.
//
//	Open ──▶ Files ──▶ Entry ──▶ EKS                     what is there
//	                     │
//	Point, Add, AddCluster, Restore:
//	  parse (meaning and position) ──▶ cut and insert whole lines
//	    ──▶ parse again: all but our entries equal? ──▶ replace (pkg/rewrite)
//	    ──▶ read again: did another program drop it meanwhile? then once more
//
// No YAML library writes back what it has read, and clientcmd.ModifyConfig drops
// comments and whatever it does not know; so nothing here serialises a file. A
// shape that cannot be edited by lines is refused with its line.
//
// One window stays: a kubectl that read the file before our change and writes it
// more than a moment after our last look takes our entry away again, since it
// writes back what it had read.
package kubeconfig

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// Files is the list of kubeconfig files that kubectl would read. Of entries with
// the same name the first one counts. A Files is used by one goroutine at a time.
type Files struct {
	paths    []string // absolute, in order of precedence
	explicit bool
	read     map[string]*document // as last read
	dry      bool                 // see DryRun
	foreseen map[string][]byte    // what files would be by now, of a dry run
	gone     map[string]Original  // what it has taken back last, by file
}

// Open finds the files: the explicit one (--kubeconfig), else those of
// $KUBECONFIG, else ~/.kube/config. Empty and repeated names are skipped. Files
// that are missing are no error. Codes: unavailable (there is no home folder).
func Open(explicit string) (*Files, error) {
	f := &Files{explicit: explicit != "", read: map[string]*document{}}
	names := []string{explicit}
	if explicit == "" {
		names = filepath.SplitList(os.Getenv("KUBECONFIG"))
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		path, err := filepath.Abs(name)
		if err != nil {
			return nil, jit.Errorf(jit.Unavailable, "find the kubeconfig", "%w", err)
		}
		if !slices.Contains(f.paths, path) {
			f.paths = append(f.paths, path)
		}
	}
	if len(f.paths) == 0 {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, jit.Errorf(jit.Unavailable, "find the kubeconfig", "%w", err).WithNext("set HOME or KUBECONFIG")
		}
		f.paths = []string{filepath.Join(home, ".kube", "config")}
	}
	for _, path := range f.paths {
		rewrite.Unlock(path)
	}
	return f, nil
}

// documents reads all files that are there, in order of precedence.
func (f *Files) documents() ([]*document, error) {
	var all []*document
	for _, path := range f.paths {
		d, err := f.document(path)
		if errors.Is(err, fs.ErrNotExist) && !f.explicit {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// document reads one file. What another program is writing just now is read again.
func (f *Files) document(path string) (*document, error) {
	if data, changed := f.foreseen[path]; changed {
		return f.parse(path, data)
	}
	if known := f.read[path]; known != nil && len(known.root.Content) > 0 {
		if same, err := rewrite.Holds(path, known.data); same && err == nil {
			return known, nil
		}
	}
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	d, err := f.parse(path, data)
	if err == nil && len(d.root.Content) > 0 {
		return d, nil
	}
	rewrite.Settle(context.Background(), path)
	again, errAgain := readFile(path)
	if errAgain != nil || bytes.Equal(again, data) {
		return d, err
	}
	return f.parse(path, again)
}

// parse remembers what it has parsed last.
func (f *Files) parse(path string, data []byte) (*document, error) {
	if known := f.read[path]; known != nil && bytes.Equal(known.data, data) {
		return known, nil
	}
	d, err := parse(path, data)
	if err != nil {
		return nil, err
	}
	f.read[path] = d
	return d, nil
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil, jit.Errorf(jit.Invalid, "read the kubeconfig", "%s is a folder, not a file", path)
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, jit.Errorf(jit.NotFound, "read the kubeconfig", "%w", err)
	}
	if err != nil {
		return nil, jit.Errorf(jit.Unavailable, "read the kubeconfig", "%w", err)
	}
	return data, nil
}

// target is the file that a new entry goes to: where kubectl would put it, the
// first file that is there, else the first of the list.
func (f *Files) target() string {
	for _, path := range f.paths {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return f.paths[0]
}
