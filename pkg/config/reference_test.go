package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/golden"
)

// TestReference holds docs/config.md to what the comments in config.go say.
func TestReference(t *testing.T) {
	golden.Page(t, "../../docs/config.md", reference(t), "go test ./pkg/config -run Reference -update")
}

func reference(t *testing.T) string {
	file := golden.Source(t, "config.go")
	var b strings.Builder
	b.WriteString("# Configuration\n\n`config.yaml` in the configuration folder: `$XDG_CONFIG_HOME/kubectl-jit`, else `~/.config/kubectl-jit` on Linux,\n" +
		"`~/Library/Application Support/kubectl-jit` on macOS, `%AppData%\\kubectl-jit` on Windows. Without it everything has its\n" +
		"usual value; `kubectl jit login`, `kubectl jit alias set` and `kubectl jit config` write it, and leave every comment in it\nalone. What it leaves open is taken from [pybritive's](from-pybritive.md), where that is there.\n")
	_, example, found := strings.Cut(file.Doc.Text(), "A whole file:\n\n")
	if !found {
		t.Fatal("the package comment shows no whole file")
	}
	fmt.Fprintf(&b, "\n```yaml\n%s```\n", strings.ReplaceAll(example, "\t", ""))
	b.WriteString(golden.Tables(t, file, [][2]string{{"Config", "The file"}, {"Tenant", "A tenant"}, {"Alias", "An alias"}}))
	return b.String()
}
