package cli

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type requests struct {
	*env
	output
	watch bool
}

func newRequests(e *env) *cobra.Command {
	return newRequestListing(e, "requests")
}

func newRequestList(e *env) *cobra.Command {
	return newRequestListing(e, "list")
}

func newRequestListing(e *env, use string) *cobra.Command {
	r := requests{env: e}
	cmd := &cobra.Command{
		Use:   use,
		Short: "List your requests and those that await your decision",
		Long: `List your requests and those that await your decision, newest first.

The names are what "kubectl jit approve", "kubectl jit reject" and
"kubectl jit request withdraw" take.

With --watch it goes on and shows what is new and what has changed, until Ctrl-C:
for approvers, who decide at another terminal. A bell rings at a terminal when a
request comes that awaits you.`,
		Example: `  kubectl jit requests
  kubectl jit requests --watch
  kubectl jit requests -o wide
  kubectl jit requests -o name`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return r.run(cmd.Context()) },
	}
	r.output.flag(cmd, "json", "yaml", "name", "wide")
	cmd.Flags().BoolVarP(&r.watch, "watch", "w", false, "go on, and show what is new")
	return cmd
}

func (r *requests) run(ctx context.Context) error {
	conn, err := r.Connect(ctx)
	if err != nil {
		return err
	}
	if r.watch {
		return r.follow(ctx, conn.Broker)
	}
	defer r.Person.Progress("asking the broker for requests")()
	all, err := gatherRequests(ctx, conn.Broker)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(one listedRequest) bool { return one.toDecide && one.State != jit.RequestPending })
	items := []requestItem{}
	l := listing{
		columns: []string{"NAME", "FROM", "PROFILE", "STATE", "AGE", "AWAITS", "JUSTIFICATION", "+PATH", "+DECIDED BY", "+COMMENT"},
		none:    "You have made no request, and none awaits your decision.",
	}
	for _, one := range all {
		items = append(items, one.item())
		l.names = append(l.names, requestName(one.Request))
		l.rows = append(l.rows, []any{
			requestName(one.Request), one.Requester, one.Access.Profile, one.State, r.age(one.Created),
			one.awaits(), one.Justification, one.Access.Path(), one.DecidedBy, one.Comment,
		})
	}
	l.object = list("RequestList", items)
	return r.print(r.Streams.Out, r.Streams.ErrOut, l)
}

// listedRequest is a request as the listing shows it.
type listedRequest struct {
	jit.Request
	toDecide bool // the person who looks is an approver of it
}

// awaits says whose turn it is.
func (r listedRequest) awaits() string {
	switch {
	case r.State != jit.RequestPending:
		return ""
	case r.toDecide:
		return "you"
	}
	return approvers(r.Request)
}

// gatherRequests joins what the person asked for with what they may decide, or have
// decided, newest first.
func gatherRequests(ctx context.Context, broker jit.Broker) ([]listedRequest, error) {
	mine, err := broker.Requests(ctx, jit.MyRequests)
	if err != nil {
		return nil, err
	}
	decidable, err := broker.Requests(ctx, jit.MyApprovals)
	if err != nil {
		return nil, err
	}
	var all []listedRequest
	seen := map[string]bool{}
	for _, request := range mine {
		seen[request.ID] = true
		all = append(all, listedRequest{Request: request})
	}
	for _, request := range decidable {
		if !seen[request.ID] {
			all = append(all, listedRequest{Request: request, toDecide: true})
		}
	}
	slices.SortStableFunc(all, func(a, b listedRequest) int { return b.Created.Compare(a.Created) })
	return all, nil
}

// requestItem is one request in "-o json".
type requestItem struct {
	typeMeta
	Name          string     `json:"name"`
	ID            string     `json:"id"`
	Path          string     `json:"path"`
	Requester     string     `json:"requester,omitempty"`
	Justification string     `json:"justification,omitempty"`
	State         string     `json:"state"`
	Created       *time.Time `json:"created,omitempty"`
	Expires       *time.Time `json:"expires,omitempty"`
	ValidUntil    *time.Time `json:"validUntil,omitempty"`
	Approvers     []string   `json:"approvers,omitempty"`
	DecidedBy     string     `json:"decidedBy,omitempty"`
	Comment       string     `json:"comment,omitempty"`
	ToDecide      bool       `json:"toDecide,omitempty"` // it awaits the decision of the person who looks
}

func (r listedRequest) item() requestItem {
	return requestItem{
		Name:          requestName(r.Request),
		ID:            r.ID,
		Path:          r.Access.Path(),
		Requester:     r.Requester,
		Justification: r.Justification,
		State:         string(r.State),
		Created:       instant(r.Created),
		Expires:       instant(r.Expires),
		ValidUntil:    instant(r.ValidUntil),
		Approvers:     r.Approvers,
		DecidedBy:     r.DecidedBy,
		Comment:       r.Comment,
		ToDecide:      r.toDecide && r.State == jit.RequestPending,
	}
}

// oneRequest is the answer of the verbs that change one request.
func oneRequest(request jit.Request) listing {
	item := listedRequest{Request: request}.item()
	item.typeMeta = kind("Request")
	return listing{object: item, names: []string{requestName(request)}}
}

// requestsOf is oneRequest for any number.
func requestsOf(requests []jit.Request) listing {
	if len(requests) == 1 {
		return oneRequest(requests[0])
	}
	items, l := []requestItem{}, listing{}
	for _, request := range requests {
		items = append(items, listedRequest{Request: request}.item())
		l.names = append(l.names, requestName(request))
	}
	l.object = list("RequestList", items)
	return l
}
