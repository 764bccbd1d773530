package held_test

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

func benchArgs() []string {
	return strings.Fields("--tenant https://127.0.0.1:8443 --profile App/Env/Profile --cluster sandbox --region eu-central-1")
}

// BenchmarkAnswer is all that the front does for a held token.
func BenchmarkAnswer(b *testing.B) {
	args, dir, now := benchArgs(), b.TempDir(), time.Now()
	err := held.Write(held.Path(dir, held.Name(args, dir, "")), "k8s-aws-v1."+strings.Repeat("aHR0", 270), now.Add(24*time.Hour), now.Add(23*time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	info := `{"kind":"ExecCredential","apiVersion":"` + held.V1 + `","spec":{"interactive":false}}`
	b.ReportAllocs()
	for b.Loop() {
		version, ok := held.Version(info)
		if !ok {
			b.Fatal("the version is not known")
		}
		status, ok := held.Read(held.Path(dir, held.Name(args, dir, "")), now)
		if !ok {
			b.Fatal("not held")
		}
		if err := held.Answer(io.Discard, version, status); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "tokens", "name")
	now := time.Now()
	if err := held.Write(path, strings.Repeat("k8s-aws-v", 120), now.Add(2*time.Hour), now.Add(time.Hour)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := held.Read(path, now); !ok {
			b.Fatal("a miss")
		}
	}
}

func BenchmarkName(b *testing.B) {
	args := benchArgs()
	b.ReportAllocs()
	for b.Loop() {
		held.Name(args, "/home/alice/.config/kubectl-jit", "")
	}
}
