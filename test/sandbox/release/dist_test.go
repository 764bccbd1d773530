// Package release looks at what `make release-dry` put into dist/, as a person
// would who downloads it: `make test-release`.
package release_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// root is the repository, dist what the release-dry before this test made of it.
const (
	root = "../../.."
	dist = root + "/dist"
)

// targets are what a release is for.
func targets() []string {
	return []string{"linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64", "windows_arm64"}
}

// product is what an archive of its own holds, and its greatest size in MB.
type product struct {
	name     string
	programs []string
	atMost   int64
}

func products() []product {
	return []product{
		{"kubectl-jit", []string{"kubectl-jit", "jit-token", "jit-core"}, 20},
		{"jit-broker", []string{"jit-broker"}, 10},
	}
}

// made is what goreleaser says of its work.
type made struct{ Version, Commit string }

func metadata(t *testing.T, folder string) made {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "metadata.json"))
	if err != nil {
		t.Fatalf("%v: run make release-dry first", err)
	}
	var m made
	if err := json.Unmarshal(text, &m); err != nil || m.Version == "" || m.Commit == "" {
		t.Fatalf("metadata.json: %v, %+v", err, m)
	}
	return m
}

// committed is the time of the commit that was built.
func committed(t *testing.T, m made) time.Time {
	t.Helper()
	text, err := exec.Command("git", "-C", root, "show", "-s", "--format=%ct", m.Commit).Output()
	if err != nil {
		t.Fatal(err)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(seconds, 0)
}

// archive is the name of a product's archive.
func archive(p product, m made, target string) string {
	name := p.name + "_" + m.Version + "_" + target
	if strings.HasPrefix(target, "windows") {
		return name + ".zip"
	}
	return name + ".tar.gz"
}

func TestArchives(t *testing.T) {
	m := metadata(t, dist)
	for _, p := range products() {
		for _, target := range targets() {
			t.Run(p.name+"_"+target, func(t *testing.T) {
				file := filepath.Join(dist, archive(p, m, target))
				info, err := os.Stat(file)
				if err != nil {
					t.Fatal(err)
				}
				if info.Size() > p.atMost<<20 {
					t.Errorf("%d bytes, more than %d MB", info.Size(), p.atMost)
				}
				want := map[string]fs.FileMode{"LICENSE": 0o644, "README.md": 0o644, licenses: 0o644}
				ending := ""
				if strings.HasPrefix(target, "windows") {
					ending = ".exe"
				}
				for _, program := range p.programs {
					want[program+ending] = 0o755
				}
				members := unpack(t, file)
				same(t, members, want, committed(t, m))
				for i, program := range p.programs {
					if at := members[program+ending].at; at != len(members)-len(p.programs)+i {
						t.Errorf("%s is the file %d of the archive: their order changes from build to build", program, at)
					}
				}
				for name, member := range members {
					if want[name] == 0o755 {
						pure(t, name, target, member.body)
						licensed(t, name, member.body, string(members[licenses].body))
					}
				}
			})
		}
	}
}

// same compares what is there with what should be.
func same(t *testing.T, members map[string]member, want map[string]fs.FileMode, at time.Time) {
	t.Helper()
	got := slices.Sorted(maps.Keys(members))
	if wanted := slices.Sorted(maps.Keys(want)); !slices.Equal(got, wanted) {
		t.Fatalf("holds %v, want %v", got, wanted)
	}
	for name, member := range members {
		if member.mode != want[name] || !member.root {
			t.Errorf("%s: mode %v, of root %v", name, member.mode, member.root)
		}
		if !member.time.Equal(at) {
			t.Errorf("%s is of %v, not of the commit's time %v", name, member.time, at)
		}
	}
}

// pure holds a program to what makes it reproducible: it says itself how it was
// built.
func pure(t *testing.T, name, target string, program []byte) {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	system, arch, _ := strings.Cut(target, "_")
	for key, want := range map[string]string{"CGO_ENABLED": "0", "-trimpath": "true", "GOOS": system, "GOARCH": arch, "vcs.time": ""} {
		if settings[key] != want {
			t.Errorf("%s: %s is %q, want %q", name, key, settings[key], want)
		}
	}
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(program, []byte(here+"/cmd")) {
		t.Errorf("%s names the folder it was built in", name)
	}
}

// licenses is the file with the licences of what the programs link.
const licenses = "THIRD_PARTY_LICENSES"

// licensed wants every module that a program says it links among those of the
// file, as linked by this program, and a text below its name.
func licensed(t *testing.T, name string, program []byte, file string) {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	linked := []string{"Go " + strings.TrimPrefix(info.GoVersion, "go")}
	for _, module := range info.Deps {
		linked = append(linked, module.Path+" "+module.Version)
	}
	list, texts, _ := strings.Cut(file, "\n====")
	for _, module := range linked {
		_, programs, _ := strings.Cut(list, "\n  "+module+": ")
		programs, _, _ = strings.Cut(programs, "\n")
		if !slices.Contains(strings.Split(programs, ", "), strings.TrimSuffix(name, ".exe")) || !strings.Contains(texts, "\n"+module+": ") {
			t.Errorf("%s links %s, of which %s has no licence, or not for this program", name, module, licenses)
		}
	}
}

// TestChecksums holds checksums.txt to all that a release publishes.
func TestChecksums(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(dist, "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		listed[name] = true
		if got := checksum(t, filepath.Join(dist, name)); got != sum {
			t.Errorf("%s has the checksum %s, not %s", name, got, sum)
		}
	}
	entries, err := os.ReadDir(dist)
	if err != nil {
		t.Fatal(err)
	}
	published := 0
	for _, entry := range entries {
		for _, ending := range []string{".tar.gz", ".zip", ".deb", ".rpm", ".apk", ".spdx.json"} {
			if strings.HasSuffix(entry.Name(), ending) {
				published++
				if !listed[entry.Name()] {
					t.Errorf("%s is not in checksums.txt", entry.Name())
				}
			}
		}
	}
	if published != len(listed) || published < 2*len(targets()) {
		t.Errorf("%d files, %d checksums", published, len(listed))
	}
}

func checksum(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// here is the target of this machine.
func here() string { return runtime.GOOS + "_" + runtime.GOARCH }

// install writes files below a new folder, as an archive or a package does.
func install(t *testing.T, members map[string]member) string {
	t.Helper()
	folder := t.TempDir()
	for name, member := range members {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, member.body, member.mode); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// version runs a program that says its version.
func version(t *testing.T, program string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	output, err := exec.CommandContext(ctx, program, "version").CombinedOutput()
	if err != nil {
		t.Fatalf("%s version: %v\n%s", program, err, output)
	}
	return string(output)
}

// TestPrograms runs the programs of this machine's archives. The plugin's version
// is said by jit-core, which the front has found and taken for its own.
func TestPrograms(t *testing.T) {
	m := metadata(t, dist)
	for _, p := range products() {
		folder := install(t, unpack(t, filepath.Join(dist, archive(p, m, here()))))
		if got := version(t, filepath.Join(folder, p.name)); !strings.Contains(got, p.name+" v"+m.Version+" ") {
			t.Errorf("%s says %q, want version v%s", p.name, got, m.Version)
		}
	}
}
