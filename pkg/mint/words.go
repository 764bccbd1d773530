package mint

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// name is what the person calls the access.
func (a Ask) name() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Access.Path()
}

// identity tells accesses apart: by name, without regard to case, or by ids where
// there are no names.
func (a Ask) identity() string {
	if a.Access.Profile != "" {
		return strings.ToLower(a.Access.Path())
	}
	return a.Access.EnvironmentID + " " + a.Access.ProfileID
}

// op says what failed, in errors.
func (a Ask) op() string { return "get access to " + a.name() }

// inWords is an error of the broker that calls the access as the person does, in what
// failed and in the command to type. Where there may be no such access, the path
// stands beside the name.
func (a Ask) inWords(err error) error {
	said, ok := err.(*jit.Error) //nolint:errorlint // the words around one that is wrapped stay
	if !ok {
		return err
	}
	name, path := a.name(), a.Access.Path()
	command := strings.NewReplacer("kubectl jit login PROFILE", a.Login(), " PROFILE", " "+jit.Quote(name), " "+jit.Quote(path), " "+jit.Quote(name))
	worded := said.WithNext("%s", command.Replace(said.Next))
	if name != path && (said.Code == jit.NotFound || said.Code == jit.Denied) {
		name += " (" + path + ")"
	}
	worded.Op = strings.Replace(said.Op, path, name, 1)
	return worded
}

// Login is the command that gets the access, and writes its kubeconfig entry anew.
func (a Ask) Login() string {
	command := "kubectl jit login " + jit.Quote(a.name())
	for _, flag := range a.Flags {
		command += " " + jit.Quote(flag)
	}
	return command
}

// lacking is the command that gives what the policy asks for.
func (a Ask) lacking(code jit.Code) string {
	command := a.Login()
	if a.requests {
		command = a.requestCreate()
	}
	switch code {
	case jit.Justification:
		return command + ` --justification "…"`
	case jit.Ticket:
		return command + " --ticket-type TYPE --ticket ID"
	case jit.StepUp:
		return command + " --otp CODE"
	}
	return command
}

// lacks is an error that names the command which gives what the policy asks for; any
// other as it is.
func (a Ask) lacks(err error) error {
	switch code := jit.CodeOf(err); code {
	case jit.Justification, jit.Ticket, jit.StepUp:
		return next(err, a.lacking(code))
	}
	return err
}

func (a Ask) requestCreate() string { return "kubectl jit request create " + jit.Quote(a.name()) }

// next names the command to type after the error, in place of any that is named
// there already.
func next(err error, command string) error {
	return (&jit.Error{Code: jit.CodeOf(err), Err: err}).WithNext("%s", command)
}

// tooLate names the way on after an issuer's error: where too little time is left
// of the checkout, that is the next one.
func (a Ask) tooLate(err error) error {
	if jit.CodeOf(err) != jit.Denied {
		return err
	}
	return next(err, a.Login())
}

// clock writes a moment of today as people read it, with the zone.
func clock(t time.Time) string { return t.Local().Format("15:04 MST") }

func (m *Mint) note(format string, args ...any) { m.Person.Note(fmt.Sprintf(format, args...)) }

// noteUnkept says once that something could not be kept. Access does not suffer.
func (m *Mint) noteUnkept(err error) {
	m.unkept.Do(func() { m.note("nothing is kept for the next call, which takes longer: %v", err) })
}

// noteUnusable is noteUnkept for what a store says when it is read: that nothing
// lies there is no fault.
func (m *Mint) noteUnusable(err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		m.noteUnkept(err)
	}
}
