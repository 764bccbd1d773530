package britive

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// StepUp implements [jit.Forms]. That it was given the tenant remembers for a
// while, or says in a cookie that lives for seconds.
func (c *Client) StepUp(ctx context.Context, code jit.Secret) error {
	const op = "give the one-time code"
	var answer britiveapi.SteppedUp
	err := c.do(ctx, op, request{
		method: http.MethodPost,
		path:   "/api/step-up/authenticate/TOTP",
		body:   britiveapi.StepUp{OTP: code.Reveal()},
	}, &answer)
	switch {
	case jit.CodeOf(err) == jit.NotFound:
		return jit.Errorf(jit.Invalid, op, "%s takes no one-time codes", c.host())
	case err != nil:
		return err
	case strings.EqualFold(string(answer.Result), britiveapi.StepUpFailed):
		return jit.Errorf(jit.StepUp, op, "the code is wrong, or was used already").WithNext(giveCode)
	}
	return nil // or a challenge, of which no client knows anything: the checkout will tell
}

// TicketTypes implements [jit.Forms].
func (c *Client) TicketTypes(ctx context.Context, access jit.Access) ([]string, error) {
	op := "ask which tickets " + label(access) + " takes"
	access, err := c.resolve(ctx, op, access)
	if err != nil {
		return nil, err
	}
	var settings britiveapi.Settings
	err = c.do(ctx, op, get(accessPath(access)+"/settings"), &settings)
	if jit.CodeOf(err) == jit.NotFound {
		return nil, nil // this tenant has no such call
	}
	types := slices.DeleteFunc(settings.ITSM.SupportedTicketTypes, func(kind string) bool { return kind == "" })
	return types, err
}

// Listed implements [jit.Forms]. A tenant that was asked for the access already
// is not asked again.
func (c *Client) Listed(ctx context.Context, access jit.Access) (jit.Access, error) {
	return c.resolve(ctx, "find "+label(access), access)
}

// approvers asks who may approve an access. A tenant that does not tell names
// nobody.
func (c *Client) approvers(ctx context.Context, op string, access jit.Access) []string {
	var answer britiveapi.PolicyApprovers
	err := c.do(ctx, op, request{
		method: http.MethodPost,
		path:   "/api/v1/policy-admin/policies/approvers",
		body: britiveapi.ApproversCall{
			Consumer: britiveapi.ProfileConsumer, Action: britiveapi.ProfileAction, Resource: access.ProfileID + "/*",
		},
		again: true,
	}, &answer)
	if err != nil {
		return nil
	}
	var names []string
	for _, user := range answer.Approvers.Users {
		if user.Name != "" {
			names = append(names, shortened(string(user.Name)))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
