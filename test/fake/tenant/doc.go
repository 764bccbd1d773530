// Package tenant stands in for a Britive tenant. It is written from what is
// publicly known of Britive's REST contract and of what its clients send, and
// shares no code with ours: it is the second opinion.
//
//	client ─▶ TLS, or Wire in the same process
//	            │
//	            ▼
//	   a route of the contract? ── no ─▶ 404
//	            │ counted
//	            ▼
//	   a fault that a test planted ─▶ slow, cut off, HTML, any status and code…
//	            │
//	            ▼
//	   content type, Authorization, query, body ─▶ 400, 401
//	            │
//	            ▼
//	   sign-in · listing · checkout · credentials · requests · what clusters read of their issuer
//
// It is strict: what a client sends that the contract does not name is refused.
// It is patient with nothing that a test did not ask for, and misbehaves in every
// way that a test asks for ([Fault]).
//
// Where the public sources leave something open, the place says so. Not here are
// the administrator's calls, filters of the listing, what only the browser
// extension uses (favourites, its OAuth sign-in, a search for tickets), and
// resources that are no applications.
package tenant
