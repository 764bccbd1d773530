package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// completer is the program that kubectl runs to complete behind our name: its
// file name and its text.
//
// kubectl looks for it on the PATH, with "_complete" before the first dash of the
// plugin's name, and reads what cobra prints
// (https://github.com/kubernetes/kubectl/blob/master/pkg/cmd/plugin/plugin_completion.go).
// The plugin is on the PATH too, so its bare name outlives every upgrade.
func (e *env) completer() (name, text string, err error) {
	plugin := string(e.Called)
	if !strings.HasPrefix(plugin, "kubectl-") {
		err := jit.Errorf(jit.Invalid, "complete behind kubectl", "kubectl does not call a program named %s", plugin)
		return "", "", err.WithNext("%s completion bash", jit.Quote(plugin))
	}
	name = strings.Replace(plugin, "-", "_complete-", 1)
	if runtime.GOOS == "windows" {
		return name + ".cmd", "@rem " + completerMark + "\r\n@\"" + plugin + ".exe\" __complete %*\r\n", nil
	}
	return name, "#!/bin/sh\n# " + completerMark + "\nexec " + jit.Quote(plugin) + ` __complete "$@"` + "\n", nil
}

// completerMark tells such a program of ours from anybody else's.
const completerMark = "written by kubectl-jit: kubectl runs this to complete its arguments"

// isCompleter reports whether the file is such a program of ours. A link is not:
// nobody but its owner knows what it is for.
func isCompleter(path string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<10 {
		return false, err
	}
	text, err := os.ReadFile(path)
	return bytes.Contains(text, []byte(completerMark)), err
}

// userBin is where people's own programs lie, on a system that has such a place.
func userBin() []string {
	home, err := os.UserHomeDir()
	if err != nil || runtime.GOOS == "windows" {
		return nil
	}
	return []string{filepath.Join(home, ".local", "bin")}
}

type completionInstall struct {
	*env
	dir string
}

func newCompletionInstall(e *env) *cobra.Command {
	c := completionInstall{env: e}
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Have kubectl complete what stands behind its name for us",
		Long: `Write the small program that kubectl runs to complete behind "kubectl jit".

It is written into the folder on the PATH where kubectl finds this program, or
into ~/.local/bin where that folder is not yours to write to. kubectl's own
completion must be set up: "kubectl completion --help" says how.`,
		Example: `  kubectl jit completion install
  kubectl jit completion install --dir ~/bin`,
		Args: usage.Wants(),
		RunE: func(*cobra.Command, []string) error { return c.run() },
	}
	cmd.Flags().StringVar(&c.dir, "dir", "", "the folder to write it into")
	_ = cmd.MarkFlagDirname("dir")
	return cmd
}

func (c *completionInstall) run() error {
	name, text, err := c.completer()
	if err != nil {
		return err
	}
	dirs, err := c.folders()
	if err != nil {
		return err
	}
	for i, dir := range dirs {
		path := filepath.Join(dir, name)
		err := writeCompleter(path, text)
		if err == nil {
			return c.tell(path)
		}
		if unwritable := jit.CodeOf(err) == jit.Unavailable; !unwritable || i == len(dirs)-1 {
			return err
		}
	}
	return jit.Errorf(jit.NotFound, "install the completion", "no folder of yours on the PATH is known").
		WithNext("kubectl jit completion install --dir FOLDER")
}

// folders are where the program may go, the best first.
func (c *completionInstall) folders() ([]string, error) {
	if c.dir != "" {
		dir, err := filepath.Abs(c.dir)
		return []string{dir}, err
	}
	if plugin, err := exec.LookPath(string(c.Called)); err == nil && filepath.IsAbs(plugin) {
		return append([]string{filepath.Dir(plugin)}, userBin()...), nil
	}
	return userBin(), nil
}

// writeCompleter puts the text in a place where nothing lies, or an older one of
// ours.
func writeCompleter(path, text string) error {
	op := "write " + path
	ours, err := isCompleter(path)
	if err == nil && !ours {
		return jit.Errorf(jit.Denied, op, "something else lies there, and is left alone").WithNext("kubectl jit completion install --dir FOLDER")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	if err := rewrite.Write(path, []byte(text)); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o755); err != nil {
		return jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	return nil
}

// tell says where it lies now, and whether kubectl will find it there.
func (c *completionInstall) tell(path string) error {
	c.say("Written: %s.", path)
	found, err := exec.LookPath(filepath.Base(path))
	switch {
	case err != nil:
		c.Note("%s is not on the PATH, and kubectl does not find it there: put it on the PATH", filepath.Dir(path))
	case !sameFile(found, path):
		c.Note("%s comes earlier on the PATH, and kubectl runs that", found)
	}
	return nil
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

type completionUninstall struct {
	*env
	dir string
}

func newCompletionUninstall(e *env) *cobra.Command {
	c := completionUninstall{env: e}
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove what install wrote",
		Long: `Remove the small program that "kubectl jit completion install" wrote, from every
folder on the PATH, from ~/.local/bin and from --dir. What somebody else wrote under
that name is left alone.`,
		Example: `  kubectl jit completion uninstall`,
		Args:    usage.Wants(),
		RunE:    func(*cobra.Command, []string) error { return c.run() },
	}
	cmd.Flags().StringVar(&c.dir, "dir", "", "a folder to look into beside those on the PATH")
	_ = cmd.MarkFlagDirname("dir")
	return cmd
}

func (c *completionUninstall) run() error {
	found, err := c.removeCompleters(c.dir, false)
	if err == nil && found == 0 {
		c.say("There was no completion program to remove.")
	}
	return err
}

// removeCompleters removes what completion install wrote for the name we were
// called by, or says what would be removed, and returns how many there were.
func (e *env) removeCompleters(dir string, dry bool) (found int, err error) {
	name, _, err := e.completer()
	if err != nil {
		return 0, nil //nolint:nilerr // kubectl calls no program of that name, so none was written
	}
	dirs := append(filepath.SplitList(os.Getenv("PATH")), userBin()...)
	if dir != "" {
		dirs = append(dirs, dir)
	}
	seen := map[string]bool{}
	for _, dir := range dirs {
		path, err := filepath.Abs(filepath.Join(dir, name))
		if err != nil || dir == "" || seen[path] {
			continue
		}
		seen[path] = true
		ours, err := isCompleter(path)
		switch {
		case err != nil:
			continue
		case !ours:
			e.Note("left alone: %s is not ours", path)
			continue
		case dry:
			e.say("%s would be removed.", path)
		default:
			if err := os.Remove(path); err != nil {
				return found, jit.Errorf(jit.Unavailable, "remove the completion program", "%w", err)
			}
			e.say("%s is removed.", path)
		}
		found++
	}
	return found, nil
}
