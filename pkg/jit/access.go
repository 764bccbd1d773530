package jit

import (
	"fmt"
	"strings"
	"time"
)

// Access is what may be asked for: one profile in one environment of one
// application. The names are for people; the ids are the broker's, and an empty
// id means that it is not known yet.
type Access struct {
	Application string
	Environment string
	Profile     string

	ApplicationID string // Britive: appContainerId
	EnvironmentID string // Britive: environmentId
	ProfileID     string // Britive: papId
}

// Path writes the access as people type it, "application/environment/profile".
// A slash inside a name is written \/ and a backslash \\, as pybritive does.
func (a Access) Path() string {
	return escape(a.Application) + "/" + escape(a.Environment) + "/" + escape(a.Profile)
}

// Same reports whether both mean the same profile in the same environment: by
// ids where both know them, by names (case is ignored) where not.
func (a Access) Same(b Access) bool {
	if a.ProfileID != "" && b.ProfileID != "" && a.EnvironmentID != "" && b.EnvironmentID != "" {
		return a.ProfileID == b.ProfileID && a.EnvironmentID == b.EnvironmentID
	}
	return strings.EqualFold(a.Application, b.Application) &&
		strings.EqualFold(a.Environment, b.Environment) &&
		strings.EqualFold(a.Profile, b.Profile)
}

// ParsePath reads what [Access.Path] writes. Two parts "a/p" mean "a/a/p", as in
// pybritive. Blanks around a part are dropped; an empty part is an error.
func ParsePath(path string) (Access, error) {
	parts := split(path)
	if len(parts) == 2 {
		parts = []string{parts[0], parts[0], parts[1]}
	}
	if len(parts) != 3 {
		return Access{}, fmt.Errorf("%q is not application/environment/profile (a slash inside a name is written \\/)", path)
	}
	for i := range parts {
		if parts[i] = strings.TrimSpace(parts[i]); parts[i] == "" {
			return Access{}, fmt.Errorf("%q has an empty part", path)
		}
	}
	return Access{Application: parts[0], Environment: parts[1], Profile: parts[2]}, nil
}

func escape(name string) string {
	if !strings.ContainsAny(name, `\/`) {
		return name
	}
	return strings.NewReplacer(`\`, `\\`, `/`, `\/`).Replace(name)
}

// split cuts at every slash that is not escaped. A backslash before any other
// character stands for itself.
func split(path string) []string {
	var parts []string
	var part strings.Builder
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '\\' && i+1 < len(path) && (path[i+1] == '/' || path[i+1] == '\\'):
			i++
			part.WriteByte(path[i])
		case c == '/':
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteByte(c)
		}
	}
	return append(parts, part.String())
}

// Profile is one access that the signed-in person may ask for, as the broker
// lists it.
type Profile struct {
	Access
	Alternate   string // a second name of the environment; empty where it has none
	Description string
	Type        string   // the kind of application; "AWS" is the one that mints AWS credentials
	Cluster     Endpoint // of an application of type [Kubernetes]: where its tokens are taken
}

// Kubernetes is the type of an application whose environments are clusters: their
// credential is a cluster's token itself.
const Kubernetes = "Kubernetes"

// Endpoint is how a cluster is reached, as the broker says it: not checked, empty
// where it says nothing.
type Endpoint struct {
	Server string // URL of the API server
	CA     string // PEM
}

// Means reports whether an access that was typed is this profile: as [Access.Same]
// says, or with the environment's second name.
func (p Profile) Means(typed Access) bool {
	if p.Same(typed) || p.Alternate == "" {
		return p.Same(typed)
	}
	second := p.Access
	second.Environment, second.EnvironmentID = p.Alternate, ""
	return second.Same(typed)
}

// Reason is what a person gives with a checkout or a request. The zero value
// gives nothing.
type Reason struct {
	Justification string
	TicketType    string
	TicketID      string
}

// Grant is one checkout: a window of time in which the access stands.
type Grant struct {
	ID        string // Britive: transactionId
	Access    Access
	State     GrantState
	NotBefore time.Time
	NotAfter  time.Time
	Ended     time.Time // zero while it stands, or where it is not told
	Why       string    // what ended it or made it fail, for people; empty while it stands

	// CredentialsUntil is the latest end of any credential issued under the
	// grant. It can lie behind a check-in: keys that are out cannot be called
	// back. Zero means that none was issued or that the broker does not say.
	CredentialsUntil time.Time
}

// GrantState says where a checkout stands. States only go forward.
type GrantState string

// The states of a checkout.
const (
	GrantSubmitted GrantState = "submitted" // asked for, nothing issued yet
	GrantActive    GrantState = "active"    // credentials can be had
	GrantEnded     GrantState = "ended"     // checked in, expired or revoked; Grant.Why says which
	GrantFailed    GrantState = "failed"    // never became active
)

// Person is a signed-in person or service.
type Person struct {
	ID   string // what the broker compares
	Name string // what people read: the user name, an e-mail address in most places
}
