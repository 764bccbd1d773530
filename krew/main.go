// Command krew writes the krew manifest of a release: the template jit.yaml,
// filled in from the checksums file of dist. So what a person installs by krew
// rests on the one file that is signed.
//
//	go run ./krew [-name jit-access] [-dist dist] [-url URL] [-out dist]
package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
)

//go:embed jit.yaml
var manifest string

// releases is where a release's files are downloaded from, without its version.
const releases = "https://github.com/kubectl-jit/kubectl-jit/releases/download"

func main() {
	name := flag.String("name", "jit", "the plugin's name in the index: `jit or jit-access`")
	dist := flag.String("dist", "dist", "the `folder` with the release's checksums.txt")
	url := flag.String("url", "", "the `address` that holds the archives (default "+releases+"/vVERSION)")
	out := flag.String("out", "dist", "the `folder` that NAME.yaml is written to")
	flag.Parse()
	if err := run(*name, *dist, *url, *out); err != nil {
		fmt.Fprintln(os.Stderr, "krew:", err)
		os.Exit(1)
	}
}

func run(name, dist, url, out string) error {
	checksums, err := os.Open(filepath.Join(dist, "checksums.txt"))
	if err != nil {
		return err
	}
	defer checksums.Close()
	released, err := read(checksums)
	if err != nil {
		return fmt.Errorf("%s: %w", checksums.Name(), err)
	}
	text, err := released.fill(name, url)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, name+".yaml"), text, 0o644)
}

// release is what krew has to know of one.
type release struct {
	Version   string // without v
	Platforms []platform
}

// platform is one archive of the plugin.
type platform struct{ OS, Arch, File, SHA256, Bin string }

// read finds the plugin's archives in a checksums file: lines of a SHA-256 in hex,
// two spaces and a file name.
func read(checksums io.Reader) (release, error) {
	line := regexp.MustCompile(`^([0-9a-f]{64})  (kubectl-jit_(.+)_(linux|darwin|windows)_([a-z0-9]+)\.(?:tar\.gz|zip))$`)
	var found release
	lines := bufio.NewScanner(checksums)
	for lines.Scan() {
		part := line.FindStringSubmatch(lines.Text())
		if part == nil {
			continue // jit-broker, packages, SBOMs
		}
		archive := platform{SHA256: part[1], File: part[2], OS: part[4], Arch: part[5], Bin: "kubectl-jit"}
		if archive.OS == "windows" {
			archive.Bin += ".exe"
		}
		if found.Version != "" && found.Version != part[3] {
			return release{}, fmt.Errorf("archives of two versions, %s and %s", found.Version, part[3])
		}
		found.Version = part[3]
		found.Platforms = append(found.Platforms, archive)
	}
	if len(found.Platforms) == 0 && lines.Err() == nil {
		return release{}, fmt.Errorf("names no archive of kubectl-jit")
	}
	return found, lines.Err()
}

// fill fills the template in. Krew links the program as kubectl-NAME, with
// underscores where the name has hyphens.
func (r release) fill(name, url string) ([]byte, error) {
	if url == "" {
		url = releases + "/v" + r.Version
	}
	filled, err := template.New("jit.yaml").Option("missingkey=error").Parse(manifest)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = filled.Execute(&text, struct {
		release
		Name, Program, URL string
	}{r, name, "kubectl-" + strings.ReplaceAll(name, "-", "_"), url})
	return text.Bytes(), err
}
