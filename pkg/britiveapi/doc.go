// Package britiveapi is Britive's REST contract: its JSON types and its table of
// errors, for both ends, and the server half over an [Engine]. The client half
// is plugins/britive.
//
//	request ─▶ route ─▶ whose token? ─▶ Engine.For(person) ─▶ jit.Broker
//	                        │ no                                  │
//	                        ▼                                     ▼
//	             401 E0000 {message, errorCode, details} ◀── error │ value ─▶ JSON
//
// Unmodified pybritive, britivectl and the SDK are driven by the server half, so
// what they stumble over is ruled out here: a status they take for a success
// (422, 413), one they retry for a minute (429, 5xx), nulls where they call a
// method, an offset other than Z. Tests replay their requests.
//
// What goes beyond a plain tenant is a feature, named by GET /api/features and
// switched off by [Options].Features.
package britiveapi
