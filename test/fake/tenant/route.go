package tenant

import (
	"io"
	"net/http"
)

// route is one call of the contract, or a page of the web half.
type route struct {
	pattern string // of [http.ServeMux]; by it faults are planted and calls counted
	verb    verb
	page    http.HandlerFunc // in place of a verb
	query   []string         // the keys that it takes
	body    bool             // it takes one
	open    bool             // to everybody
	anyType bool             // of content: a probe's
}

// nowhere is the pattern of what is no route.
const nowhere = "/"

func (t *Tenant) routes() []route {
	var all []route
	for _, some := range [][]route{t.signInRoutes(), t.listingRoutes(), t.checkoutRoutes(), t.approvalRoutes(), t.discoveryRoutes()} {
		all = append(all, some...)
	}
	return append(all,
		route{pattern: "GET /cli-ready", page: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "The CLI is ready.\n") }},
		route{pattern: nowhere, verb: noRoute},
	)
}

func noRoute(c *call) (any, error) { return nil, missing(c.Method + " " + c.URL.Path) }

func (t *Tenant) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range t.routes() {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) { t.serve(w, r, route) })
	}
	return mux
}

// ServeHTTP implements [http.Handler].
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.mux.ServeHTTP(w, r) }

// serve answers one call: as it is meant, or as a test wants.
func (t *Tenant) serve(w http.ResponseWriter, r *http.Request, route route) {
	fault, planted := t.meets(route.pattern)
	switch {
	case planted && !rest(r.Context(), fault.Delay):
	case planted && fault.replaces() && !fault.After:
		fault.answer(answer{}).write(w)
	case route.page != nil:
		route.page(w, r)
	case planted:
		fault.answer(t.carryOut(route, r)).write(w)
	default:
		t.carryOut(route, r).write(w)
	}
}
