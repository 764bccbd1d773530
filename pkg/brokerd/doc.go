// Package brokerd is jit-broker's command line: one file for each verb, the
// configuration they share, and the listener.
//
//	broker.yaml ─▶ readConfig ─▶ open: catalog + ledger + SAML provider ─▶ broker.Engine
//	                                                                          │
//	serve ─▶ TLS listener ─▶ /healthz /readyz · /api: britiveapi.Handler ─────┘
//	token, saml ─▶ the same engine, without a listener
//
// init writes all that serve needs, so that a broker runs two commands after it
// was installed.
package brokerd
