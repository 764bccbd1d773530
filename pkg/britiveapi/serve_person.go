package britiveapi

import (
	"maps"
	"slices"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// offers lists what is offered beyond a plain tenant. It leaves server-access
// out, which would make pybritive list resources that are not here.
func (s *server) offers(*call) (answer, error) {
	var listed []Feature
	for _, name := range slices.Sorted(maps.Keys(s.features)) {
		listed = append(listed, Feature{name, s.features[name]})
	}
	return found(listed), nil
}

func (s *server) banner(*call) (answer, error) { return nothing(), nil }

func (s *server) validate(c *call) (answer, error) {
	person, err := c.broker.Whoami(c.Context())
	return found(Validated{resultOf(person)}), err
}

func (s *server) whoami(c *call) (answer, error) {
	person, err := c.broker.Whoami(c.Context())
	return found(resultOf(person)), err
}

func resultOf(p jit.Person) AuthenticationResult {
	return AuthenticationResult{UserID: Text(p.ID), Username: Text(p.Name), User: Text(p.Name), Type: "User"}
}

// signOut ends nothing: an API token lives until it is revoked or expires, so a
// client that signs out only forgets it.
func (s *server) signOut(*call) (answer, error) { return nothing(), nil }

// resources is asked for by "pybritive ls profiles --checked-out", also where
// the feature is off. There are none.
func (s *server) resources(*call) (answer, error) { return found([]struct{}{}), nil }
