package held_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// BenchmarkAnswer is all that the front does for a held token.
func BenchmarkAnswer(b *testing.B) {
	args := []string{"--tenant", "https://127.0.0.1:8443", "--profile", "A/E/P", "--cluster", "sandbox", "--region", "eu-central-1"}
	dir, now := b.TempDir(), time.Now()
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
