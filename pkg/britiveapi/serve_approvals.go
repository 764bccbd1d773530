package britiveapi

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// LongestWait bounds a [FeatureWait] call, so that proxies do not cut it.
const LongestWait = 30 * time.Second

func (s *server) ask(c *call) (answer, error) {
	var why Reason
	if err := c.decode(&why); err != nil {
		return answer{}, err
	}
	r, err := c.broker.Ask(c.Context(), c.access(), jit.Reason(why))
	if jit.CodeOf(err) == jit.Justification {
		err = as(CodeApprovalJustification, err)
		if why.Justification != "" {
			err = as(CodeBadJustification, err)
		}
	}
	if s.features[FeatureDetails] {
		return found(s.approval(r)), err
	}
	return found(Asked{Text(r.ID)}), err
}

func (s *server) requests(c *call) (answer, error) {
	scope := jit.MyRequests
	if c.URL.Query().Get("requestType") == "myApprovals" {
		scope = jit.MyApprovals
	}
	requests, err := c.broker.Requests(c.Context(), scope)
	rows := []Approval{}
	for _, r := range requests {
		rows = append(rows, s.approval(r))
	}
	return found(rows), err
}

// request answers with the request as it stands; with [FeatureWait], once it is
// decided or the wait is over.
func (s *server) request(c *call) (answer, error) {
	ctx, cancel := context.WithTimeout(c.Context(), s.patience(c))
	defer cancel()
	r, err := c.broker.Await(ctx, c.PathValue("request"))
	if isOver(err) && r.ID != "" {
		err = nil
	}
	return found(s.approval(r)), err
}

// isOver reports whether an error is that of a context that has ended.
func isOver(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func (s *server) patience(c *call) time.Duration {
	seconds, err := strconv.Atoi(c.URL.Query().Get("wait"))
	if err != nil || seconds < 0 || !s.features[FeatureWait] {
		return 0
	}
	return time.Duration(min(seconds, int(LongestWait/time.Second))) * time.Second
}

func (s *server) decide(c *call) (answer, error) {
	decision := jit.Decision{}
	switch chosen := c.URL.Query().Get("approveRequest"); chosen {
	case "yes":
		decision.Approve = true
	case "no":
	case "revoke":
		return answer{}, jit.Errorf(jit.Invalid, "", "an approval cannot be revoked here")
	default:
		return answer{}, jit.Errorf(jit.Invalid, "", "approveRequest is %q, neither yes nor no", chosen)
	}
	var body Decided
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	decision.Comment = body.ApproverComment
	r, err := c.broker.Decide(c.Context(), c.PathValue("request"), decision)
	return s.changed(r), err
}

func (s *server) withdraw(c *call) (answer, error) {
	r, err := c.broker.Withdraw(c.Context(), c.PathValue("request"))
	return s.changed(r), err
}

// withdrawFor takes back the pending request for an access, which
// resourceId=papId/environmentId names.
func (s *server) withdrawFor(c *call) (answer, error) {
	resource := c.URL.Query().Get("resourceId")
	mine, err := c.broker.Requests(c.Context(), jit.MyRequests)
	if err != nil {
		return answer{}, err
	}
	for _, r := range mine {
		if c.PathValue("consumer") == ProfileConsumer && r.State == jit.RequestPending && resourceOf(r) == resource {
			r, err = c.broker.Withdraw(c.Context(), r.ID)
			return s.changed(r), err
		}
	}
	return answer{}, jit.Errorf(jit.NotFound, "", "no request is pending for it")
}

// changed answers with the request, or with nothing as a plain tenant may.
func (s *server) changed(r jit.Request) answer {
	if s.features[FeatureDetails] {
		return found(s.approval(r))
	}
	return nothing()
}

func resourceOf(r jit.Request) string { return r.Access.ProfileID + "/" + r.Access.EnvironmentID }

// approval puts a request on the wire.
func (s *server) approval(r jit.Request) Approval {
	a := Approval{
		RequestID: Text(r.ID), UserID: Text(r.Requester), Status: statusOf(r.State),
		Justification: Text(r.Justification), CreatedAt: At(r.Created), UpdatedAt: At(r.Created),
		Resource: Text(resourceOf(r)), ResourceName: Text(r.Access.Path()),
		Consumer: ProfileConsumer, Action: ProfileAction, Approvers: ApproversOf(nil),
		TimeToApprove: int(r.Expires.Sub(r.Created).Round(time.Minute) / time.Minute),
		ExpiresAt:     At(r.Expires), ValidUntil: At(r.ValidUntil),
	}
	if !r.Decided.IsZero() {
		a.UpdatedAt = At(r.Decided)
	}
	if r.DecidedBy != "" {
		by := Text(r.DecidedBy)
		a.ActionBy = &by
	}
	if s.features[FeatureDetails] {
		a.Approvers = ApproversOf(r.Approvers)
		comment := Text(r.Comment)
		a.Comment = &comment
	}
	return a
}

// statusOf is the name of a state on the wire. Clients know six of them and
// crash at any other.
func statusOf(state jit.RequestState) string { return strings.ToUpper(string(state)) }
