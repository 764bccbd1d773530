// Package britive is the client half of Britive's REST contract: a [jit.Broker]
// over HTTP, for any Britive tenant and for jit-broker alike. What a broker
// offers beyond a plain tenant it says in GET /api/features; without, the client
// does with less.
//
//	jit.Broker method
//	   │ names ─▶ resolve: which ids are meant? (listing)
//	   ▼
//	 retry (idempotent calls only) ─▶ call: one HTTP exchange
//	                                    │ no answer, or not the contract's ─▶ unavailable, with host and cause
//	                                    │ errorCode ─▶ jit.Code, with the broker's reason and next command
//	                                    ▼
//	                                  JSON ─▶ words of package jit
//
// Whatever a broker sends is bounded in size and taken for text, never for a
// command or a place to go: redirects are not followed.
package britive
