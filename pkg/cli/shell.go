package cli

import (
	"path/filepath"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// shells are those that lines can be written for.
func shells() []string { return []string{"sh", "fish", "powershell", "cmd"} }

// guessShell finds out for which of them to write. SHELL is the login shell of a
// person, and on Windows set by Git Bash and its like alone. PowerShell says
// PSModulePath; so does Windows itself, for every program, with two folders, to
// which PowerShell adds the person's own.
func guessShell(goos string, getenv func(string) string) string {
	login := getenv("SHELL")
	modules := getenv("PSModulePath")
	switch {
	case goos == "windows" && login != "":
		return "sh"
	case goos == "windows" && strings.Count(modules, ";") >= 2:
		return "powershell"
	case goos == "windows":
		return "cmd"
	case modules != "":
		return "powershell"
	case filepath.Base(login) == "fish":
		return "fish"
	}
	return "sh"
}

// setLine is the line by which a shell sets a variable for the programs it starts.
// Codes: invalid (the shell has no way to write such a value).
func setLine(shell string, v variable) (string, error) {
	quoted := func(escapes ...string) string { return "'" + strings.NewReplacer(escapes...).Replace(v.value) + "'" }
	switch shell {
	case "fish":
		return "set -gx " + v.name + " " + quoted(`\`, `\\`, `'`, `\'`), nil
	case "powershell":
		return "$Env:" + v.name + " = " + quoted(`'`, `''`), nil
	case "cmd":
		if strings.ContainsAny(v.value, `"%^!&|<>`) { // there is no quoting that holds in every case
			return "", jit.Errorf(jit.Invalid, "write "+v.name, "its value cannot be written for cmd").WithNext("kubectl jit exec PROFILE -- COMMAND")
		}
		return `set "` + v.name + "=" + v.value + `"`, nil
	}
	return "export " + v.name + "=" + quoted(`'`, `'\''`), nil
}
