// Package awsconfig writes our profiles into the AWS configuration file, line by
// line, and leaves every other byte of it alone.
//
//	[profile NAME] there? ──▶ ours? ──▶ replace our line ──▶ rename into place
//	       └─ no: append it      └─ no: refuse, with its line
package awsconfig

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

// The keys that we write.
const (
	processKey = "credential_process"
	regionKey  = "region"
)

// Profile is one profile of ours.
type Profile struct {
	Name    string   // "default" means the section [default]
	Command []string // the credential_process command line, unquoted
	Region  string   // written when it is not empty, else left as it is
}

// profileName is what we call a profile: no name that needs quotes.
var profileName = regexp.MustCompile(`^[A-Za-z0-9._@+-]+$`)

// regionName keeps what is no region out of the file.
var regionName = regexp.MustCompile(`^[a-z0-9-]*$`)

// Path returns the file that the AWS SDKs read: $AWS_CONFIG_FILE, else
// ~/.aws/config. Codes: unavailable (there is no home folder).
func Path() (string, error) {
	if path := os.Getenv("AWS_CONFIG_FILE"); path != "" {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", jit.Errorf(jit.Unavailable, "find the AWS configuration", "%w", err)
	}
	return filepath.Join(home, ".aws", "config"), nil
}

// Write adds the profile, or changes the one of that name that is ours already.
// It reports whether the file was changed. Codes: invalid (the profile is
// somebody else's; a name or command that cannot be written), unavailable.
func Write(ctx context.Context, path string, p Profile) (bool, error) {
	if !profileName.MatchString(p.Name) || !regionName.MatchString(p.Region) {
		return false, jit.Errorf(jit.Invalid, "write AWS profile "+p.Name, "name or region %q cannot be written", p.Region)
	}
	command, err := quote(p.Command)
	if err != nil {
		return false, jit.Errorf(jit.Invalid, "write AWS profile "+p.Name, "%w", err)
	}
	return rewrite.File(ctx, path, func(old []byte) ([]byte, error) {
		lines := rewrite.Cut(string(old))
		found, err := find(path, lines, p.Name)
		if err != nil {
			return nil, err
		}
		if found == nil {
			return added(lines, p, command).Bytes(), nil
		}
		if err := found.check(path, lines, p.Name); err != nil {
			return nil, err
		}
		lines = found.set(lines, processKey, command)
		if p.Region != "" {
			lines = found.set(lines, regionKey, p.Region)
		}
		return lines.Bytes(), nil
	})
}

// Profiles returns the names of the profiles that are ours; none where there is
// no file. Codes: unavailable.
func Profiles(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, jit.Errorf(jit.Unavailable, "read the AWS configuration", "%w", err)
	}
	var names []string
	lines := rewrite.Cut(string(text))
	current := section{}
	name := ""
	for i := range lines.Len() {
		if title, ok := title(lines.At(i)); ok {
			current, name = section{}, title
			continue
		}
		current.read(i, lines.At(i))
		if current.ours() && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// Remove takes a profile of ours out again; what somebody else added to it stays.
// It reports whether there was one. Codes as for [Write].
func Remove(ctx context.Context, path, name string) (bool, error) {
	return rewrite.File(ctx, path, func(old []byte) ([]byte, error) {
		lines := rewrite.Cut(string(old))
		found, err := find(path, lines, name)
		if found == nil || err != nil {
			return old, err
		}
		if err := found.check(path, lines, name); err != nil {
			return nil, err
		}
		return found.remove(lines).Bytes(), nil
	})
}

// added appends the profile, with a blank line before it.
func added(lines rewrite.Lines, p Profile, command string) rewrite.Lines {
	texts := []string{header(p.Name), processKey + " = " + command}
	if p.Region != "" {
		texts = append(texts, regionKey+" = "+p.Region)
	}
	end := lines.Len()
	if end > 0 && strings.TrimSpace(lines.At(end-1)) != "" {
		texts = slices.Insert(texts, 0, "")
	}
	return lines.Splice(end, end, texts...)
}

func header(name string) string {
	if name == "default" {
		return "[default]"
	}
	return "[profile " + name + "]"
}
