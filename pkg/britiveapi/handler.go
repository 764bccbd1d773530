package britiveapi

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Engine is what the server half stands on. broker.Engine is one.
type Engine interface {
	// Authenticate says whose token this is. Codes: sign_in, whatever is wrong
	// with it.
	Authenticate(ctx context.Context, token jit.Secret) (jit.Person, error)

	// For returns the broker as one person sees it. Its Await returns the request
	// as it stands also where the wait is over.
	For(person jit.Person) jit.Broker
}

// Options are the choices of a server.
type Options struct {
	// Features switches what goes beyond a plain tenant, by the names of
	// [Features]. One that is not named is on.
	Features map[string]bool

	// Log gets one line for each call, without secrets. Nil logs nothing.
	Log *slog.Logger
}

// Handler serves /api/ over an engine.
func Handler(e Engine, opts Options) http.Handler {
	s := &server{engine: e, log: opts.Log, features: map[string]bool{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, name := range Features() {
		chosen, named := opts.Features[name]
		s.features[name] = chosen || !named
	}
	mux := http.NewServeMux()
	mux.Handle("GET /api/health", s.handle(s.health))
	mux.Handle("/", s.handle(s.unknown))
	for pattern, verb := range s.routes() {
		mux.Handle(pattern, s.handle(s.signedIn(verb)))
	}
	return mux
}

// server is the contract over one engine.
type server struct {
	engine   Engine
	log      *slog.Logger
	features map[string]bool // which are on, by name
}

// routes is everything that needs a sign-in. Everything else but health is
// answered as unknown, also a known path with another method.
func (s *server) routes() map[string]verb {
	routes := map[string]verb{
		"GET /api/features":                       s.offers,
		"GET /api/banner":                         s.banner,
		"POST /api/auth/validate":                 s.validate,
		"GET /api/v1/users/whoami":                s.whoami,
		"DELETE /api/auth":                        s.signOut,
		"GET /api/access":                         s.list,
		"GET /api/access/apps":                    s.apps,
		"GET /api/access/apps/{app}/environments": s.environments,
		"GET /api/access/apps/{app}/environments/{environment}/paps": s.profiles,
		"GET /api/resource-manager/my-resources":                     s.resources,

		"GET /api/access/app-access-status":                 s.grants,
		"POST /api/access/{pap}/environments/{environment}": s.checkout,
		"GET /api/access/{transaction}/tokens":              s.tokens,
		"GET /api/access/{transaction}/url":                 s.url,
		"PUT /api/access/{transaction}":                     s.checkin,
		"PATCH /api/access/extensions/{transaction}":        s.extend,

		"POST /api/access/{pap}/environments/{environment}/approvalRequest": s.ask,
		"GET /api/v1/approvals":                                 s.requests,
		"GET /api/v1/approvals/{$}":                             s.requests,
		"GET /api/v1/approvals/{request}":                       s.request,
		"PATCH /api/v1/approvals/{request}":                     s.decide,
		"DELETE /api/v1/approvals/{request}":                    s.withdraw,
		"DELETE /api/v1/approvals/consumer/{consumer}/resource": s.withdrawFor,
	}
	if s.features[FeatureSession] {
		routes["POST /api/access/{pap}/environments/{environment}/session"] = s.session
	}
	return routes
}
