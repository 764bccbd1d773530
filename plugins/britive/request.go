package britive

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const approvals = "/api/v1/approvals"

func approvalPath(id string) string { return approvals + "/" + url.PathEscape(id) }

// Ask implements [jit.Broker].
func (c *Client) Ask(ctx context.Context, access jit.Access, why jit.Reason) (jit.Request, error) {
	op := "request " + label(access)
	return again(c, func() (jit.Request, error) {
		access, err := c.resolve(ctx, op, access)
		if err != nil {
			return jit.Request{}, err
		}
		return c.askFor(ctx, op, access, why)
	})
}

func (c *Client) askFor(ctx context.Context, op string, access jit.Access, why jit.Reason) (jit.Request, error) {
	reason, err := reasonOf(op, why)
	if err != nil {
		return jit.Request{}, err
	}
	var asked britiveapi.Approval
	ask := request{method: http.MethodPost, path: accessPath(access) + "/approvalRequest", body: reason}
	if err := c.do(ctx, op, ask, &asked); err != nil {
		return jit.Request{}, err
	}
	if asked.RequestID == "" { // an empty answer, in the contract
		return jit.Request{}, jit.Errorf(jit.Invalid, op, "it is approved already: check it out").
			WithNext("kubectl jit login PROFILE")
	}
	made := jit.Request{
		ID: string(asked.RequestID), Access: access, State: jit.RequestPending,
		Justification: why.Justification, Created: c.now(),
	}
	made = c.changed(ctx, op, asked, made)
	if len(made.Approvers) == 0 {
		made.Approvers = c.approvers(ctx, op, access)
	}
	return made, nil
}

// changed is the request after a change that was made. A plain tenant may answer
// with less than the request, or with nothing: then it is read, and where that
// fails, it is told as far as it is known.
func (c *Client) changed(ctx context.Context, op string, answer britiveapi.Approval, known jit.Request) jit.Request {
	if answer.RequestID != "" && answer.Status != "" {
		return c.request(answer, c.listing(ctx, op))
	}
	if r, err := c.look(ctx, op, request{method: http.MethodGet, path: approvalPath(known.ID), again: true}); err == nil {
		return r
	}
	return known
}

// look reads one request.
func (c *Client) look(ctx context.Context, op string, r request) (jit.Request, error) {
	var a britiveapi.Approval
	if err := c.do(ctx, op, r, &a); err != nil {
		return jit.Request{}, err
	}
	if a.RequestID == "" || a.Status == "" {
		return jit.Request{}, c.strange(op, "its answer names no request")
	}
	return c.request(a, c.listing(ctx, op)), nil
}

// Requests implements [jit.Broker].
func (c *Client) Requests(ctx context.Context, scope jit.RequestScope) ([]jit.Request, error) {
	const op = "list requests"
	ask := get(approvals)
	switch scope {
	case jit.MyRequests:
		ask.query = url.Values{"requestType": {"myRequests"}}
	case jit.MyApprovals:
		ask.query = url.Values{"requestType": {"myApprovals"}}
	default:
		return nil, jit.Errorf(jit.Invalid, op, "there is no scope %q", scope)
	}
	var answer json.RawMessage
	if err := c.do(ctx, op, ask, &answer); err != nil {
		return nil, err
	}
	rows, err := approvalsIn(answer)
	if err != nil {
		return nil, c.strange(op, "its list of requests cannot be read: "+shortened(err.Error()))
	}
	rows = slices.DeleteFunc(rows, func(a britiveapi.Approval) bool {
		return a.RequestID == "" || a.Consumer != "" && a.Consumer != britiveapi.ProfileConsumer
	})
	rows = once(rows, func(a britiveapi.Approval) britiveapi.Text { return a.RequestID })
	found, listing := make([]jit.Request, len(rows)), c.listing(ctx, op)
	for i, row := range rows {
		found[i] = c.request(row, listing)
	}
	slices.SortStableFunc(found, func(a, b jit.Request) int { return b.Created.Compare(a.Created) })
	return found, nil
}

// approvalsIn reads a list, which some tenants wrap.
func approvalsIn(answer json.RawMessage) (rows []britiveapi.Approval, err error) {
	if !bytes.HasPrefix(bytes.TrimSpace(answer), []byte("{")) {
		if len(answer) > 0 {
			err = json.Unmarshal(answer, &rows)
		}
		return rows, err
	}
	var wrapped struct {
		Result []britiveapi.Approval `json:"result"`
		Data   []britiveapi.Approval `json:"data"`
	}
	err = json.Unmarshal(answer, &wrapped)
	return append(wrapped.Result, wrapped.Data...), err
}

// request reads a request off the wire.
func (c *Client) request(a britiveapi.Approval, listing func() []profile) jit.Request {
	r := jit.Request{
		ID:            string(a.RequestID),
		Access:        c.requested(a, listing),
		Requester:     string(a.UserID),
		Justification: string(a.Justification),
		State:         requestState(a.Status),
		Created:       a.CreatedAt.Time,
		Expires:       a.ExpiresAt.Time,
		Approvers:     a.Approvers.Names(),
	}
	if r.Expires.IsZero() && a.TimeToApprove > 0 && !r.Created.IsZero() {
		r.Expires = r.Created.Add(time.Duration(a.TimeToApprove) * time.Minute)
	}
	if r.State == jit.RequestApproved {
		r.ValidUntil = a.ValidUntil.Time
	}
	if a.ActionBy != nil {
		r.DecidedBy = string(*a.ActionBy)
	}
	if a.Comment != nil {
		r.Comment = string(*a.Comment)
	}
	return r
}

// requested is what was asked for: its ids, and its names as the request has
// them, or as the listing has them. An approver's listing need not have them.
func (c *Client) requested(a britiveapi.Approval, listing func() []profile) jit.Access {
	name := string(a.ResourceName)
	access, err := jit.ParsePath(name)
	access.ProfileID, access.EnvironmentID, _ = strings.Cut(string(a.Resource), "/")
	if err == nil {
		return access
	}
	access = c.withNames(access, listing)
	if access.Application == "" && name != "" {
		access.Application, access.Environment, access.Profile = "", "", name
	}
	return access
}

// requestState reads a status. One that nobody knows keeps its name: whoever
// waits takes it for the end.
func requestState(status string) jit.RequestState {
	switch lower := strings.ToLower(status); lower {
	case "expired":
		return jit.RequestTimedOut
	case "revoked", "canceled":
		return jit.RequestCancelled
	default:
		return jit.RequestState(shortened(lower))
	}
}

// Decide implements [jit.Broker].
func (c *Client) Decide(ctx context.Context, requestID string, decision jit.Decision) (jit.Request, error) {
	op, answer, state := "reject request "+requestID, "no", jit.RequestRejected
	if decision.Approve {
		op, answer, state = "approve request "+requestID, "yes", jit.RequestApproved
	}
	return c.change(ctx, op, request{
		method: http.MethodPatch,
		path:   approvalPath(requestID),
		query:  url.Values{"approveRequest": {answer}},
		body:   britiveapi.Decided{ApproverComment: decision.Comment},
	}, jit.Request{ID: requestID, State: state, Comment: decision.Comment})
}

// Withdraw implements [jit.Broker].
func (c *Client) Withdraw(ctx context.Context, requestID string) (jit.Request, error) {
	r := request{method: http.MethodDelete, path: approvalPath(requestID)}
	return c.change(ctx, "withdraw request "+requestID, r, jit.Request{ID: requestID, State: jit.RequestWithdrawn})
}

func (c *Client) change(ctx context.Context, op string, r request, known jit.Request) (jit.Request, error) {
	if err := checkID(op, known.ID); err != nil {
		return jit.Request{}, err
	}
	var answer britiveapi.Approval
	if err := c.do(ctx, op, r, &answer); err != nil {
		return jit.Request{}, err
	}
	return c.changed(ctx, op, answer, known), nil
}
