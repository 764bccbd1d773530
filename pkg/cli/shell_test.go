package cli_test

import (
	"os/exec"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestGuessShell(t *testing.T) {
	const system = `C:\Program Files\WindowsPowerShell\Modules;C:\Windows\system32\WindowsPowerShell\v1.0\Modules`
	tests := []struct{ goos, login, modules, want string }{
		{"linux", "/bin/bash", "", "sh"},
		{"linux", "", "", "sh"},
		{"darwin", "/opt/homebrew/bin/fish", "", "fish"},
		{"linux", "/bin/bash", "/home/a/.local/share/powershell/Modules", "powershell"},
		{"windows", "", system, "cmd"},
		{"windows", "", `C:\Users\a\Documents\PowerShell\Modules;` + system, "powershell"},
		{"windows", "/usr/bin/bash", `C:\Users\a\Documents\PowerShell\Modules;` + system, "sh"},
	}
	for _, tt := range tests {
		getenv := func(name string) string {
			return map[string]string{"SHELL": tt.login, "PSModulePath": tt.modules}[name]
		}
		if got := cli.GuessShell(tt.goos, getenv); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

// TestSetLine holds that no value ends its quotes. The broker sends them.
func TestSetLine(t *testing.T) {
	const value = `a'b\c"d$(e)` + "`f`%g%!h"
	tests := []struct{ shell, want string }{
		{"sh", `export K='a'\''b\c"d$(e)` + "`f`%g%!h'"},
		{"fish", `set -gx K 'a\'b\\c"d$(e)` + "`f`%g%!h'"},
		{"powershell", `$Env:K = 'a''b\c"d$(e)` + "`f`%g%!h'"},
	}
	for _, tt := range tests {
		if got, err := cli.SetLine(tt.shell, "K", value); err != nil || got != tt.want {
			t.Errorf("%s: %s (%v), want %s", tt.shell, got, err, tt.want)
		}
	}
	if line, err := cli.SetLine("cmd", "K", value); jit.CodeOf(err) != jit.Invalid {
		t.Errorf("cmd: %s (%v)", line, err)
	}
	if line, err := cli.SetLine("cmd", "K", "a+/=b"); err != nil || line != `set "K=a+/=b"` {
		t.Errorf("cmd: %s (%v)", line, err)
	}

	line, _ := cli.SetLine("sh", "K", value)
	out, err := exec.Command("sh", "-c", line+"; printenv K").Output()
	if err != nil || string(out) != value+"\n" {
		t.Errorf("sh has %q (%v)", out, err)
	}
}
