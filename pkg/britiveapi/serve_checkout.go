package britiveapi

import (
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// grants lists what stands, and nothing else: at a row that is checked in,
// pybritive waits until it vanishes.
func (s *server) grants(c *call) (answer, error) {
	grants, err := c.broker.Grants(c.Context())
	rows := []Transaction{}
	for _, g := range grants {
		rows = append(rows, s.transaction(c, g))
	}
	return found(rows), err
}

func (s *server) checkout(c *call) (answer, error) {
	if c.forConsole() {
		return answer{}, programmaticOnly()
	}
	var why Reason
	if err := c.decode(&why); err != nil {
		return answer{}, err
	}
	grant, err := c.broker.Checkout(c.Context(), c.access(), jit.Reason(why))
	if err != nil {
		return answer{}, c.unopened(why, err)
	}
	return found(s.transaction(c, grant)), nil
}

// unopened gives the refusal of a checkout the code that Britive has for it.
func (c *call) unopened(why Reason, err error) error {
	switch code := jit.CodeOf(err); {
	case code == jit.Justification && why.Justification != "":
		return as(CodeBadJustification, err)
	case code == jit.Unavailable && c.stands(func(g jit.Grant) bool { return g.Access.Same(c.access()) }):
		return as(CodeRace, err)
	}
	return err
}

// session is checkout and tokens in one exchange.
func (s *server) session(c *call) (answer, error) {
	var ask SessionCall
	if err := c.decode(&ask); err != nil {
		return answer{}, err
	}
	grant, credential, err := c.broker.CheckoutCredential(c.Context(), c.access(), jit.Reason(ask.Reason), ask.Open)
	switch {
	case err != nil && grant.ID == "":
		return answer{}, c.unopened(ask.Reason, err)
	case err != nil:
		return answer{}, c.unissued(grant.ID, err)
	case grant.ID == "":
		return found(Session{}), nil
	}
	checkout, tokens := s.transaction(c, grant), s.issued(credential)
	return found(Session{&checkout, &tokens}), nil
}

// forConsole reports whether a web console is asked for. "type" is the older
// name of the parameter.
func (c *call) forConsole() bool {
	query := c.URL.Query()
	return strings.EqualFold(query.Get("accessType"), Console) || strings.EqualFold(query.Get("type"), Console)
}

// programmaticOnly must not say that programmatic access is missing, in so many
// words: pybritive would ask for a console, and so on for ever.
func programmaticOnly() error {
	return jit.Errorf(jit.Invalid, "", "console access is not enabled: this profile gives credentials only")
}

// stands reports whether a checkout of the person's is open that fits.
func (c *call) stands(fits func(jit.Grant) bool) bool {
	grants, err := c.broker.Grants(c.Context())
	return err == nil && slices.ContainsFunc(grants, fits)
}

func (s *server) tokens(c *call) (answer, error) {
	id := c.PathValue("transaction")
	credential, err := c.broker.Credential(c.Context(), id)
	if err != nil {
		return answer{}, c.unissued(id, err)
	}
	return found(s.issued(credential)), nil
}

// unissued gives the refusal of credentials the code that Britive has for it.
func (c *call) unissued(grantID string, err error) error {
	if jit.CodeOf(err) == jit.Denied && !c.stands(func(g jit.Grant) bool { return g.ID == grantID }) {
		return as(CodeEnded, err)
	}
	return err
}

// issued puts credentials on the wire.
func (s *server) issued(credential jit.Credential) Tokens {
	if !s.features[FeatureDetails] {
		credential.Issued = jit.Credential{}.Issued
	}
	return Tokens{credential}
}

func (s *server) url(*call) (answer, error) { return answer{}, programmaticOnly() }

func (s *server) checkin(c *call) (answer, error) {
	grant, err := c.broker.Checkin(c.Context(), c.PathValue("transaction"))
	return found(s.transaction(c, grant)), err
}

func (s *server) extend(c *call) (answer, error) {
	grant, err := c.broker.Extend(c.Context(), c.PathValue("transaction"))
	return found(s.transaction(c, grant)), err
}

// transaction puts a grant of the caller's on the wire.
func (s *server) transaction(c *call, g jit.Grant) Transaction {
	t := Transaction{
		TransactionID: Text(g.ID), PapID: Text(g.Access.ProfileID), EnvironmentID: Text(g.Access.EnvironmentID),
		AppContainerID: Text(g.Access.ApplicationID), UserID: Text(c.person.ID), AccessType: Programmatic,
		CheckedOut: At(g.NotBefore), Expiration: At(g.NotAfter),
	}
	switch g.State {
	case jit.GrantActive:
		t.Status, t.StatusText = CheckedOut, "Checked Out"
	case jit.GrantSubmitted:
		t.Status, t.StatusText = CheckOutSubmitted, "Check Out Submitted"
	case jit.GrantFailed:
		why := Text(g.Why)
		t.Status, t.StatusText, t.ErrorMessage = CheckOutFailed, "Check Out Failed", &why
	default:
		t.Status, t.StatusText, t.CheckedIn = CheckedIn, g.Why, At(g.Ended)
	}
	if s.features[FeatureDetails] {
		t.AppName, t.EnvironmentName, t.PapName = g.Access.Application, g.Access.Environment, g.Access.Profile
		if !g.CredentialsUntil.IsZero() {
			until := At(g.CredentialsUntil)
			t.CredentialsUntil = &until
		}
	}
	return t
}
