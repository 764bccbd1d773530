// Package broker is the engine of jit-broker: who may ask for what, who must
// approve, what is open, and what was issued. It knows no HTTP and no SQL.
//
// What may be asked for is declared (package catalog); what happened is in a
// ledger ([Store]). [Engine.For] gives the broker as one person sees it, so that
// identity can never be forgotten in a call.
//
// A checkout is a window of time, not a key. It is open from the transaction
// that records it, so it is never "submitted"; credentials are minted when they
// are read, while it is open, and are never stored:
//
//	             Checkout                        Checkin
//	(policy, ───────────────▶ active ──────────▶ ended "checked in"
//	 approval)                │  │ │ past its end
//	                          │  │ └───────────▶ ended "expired"
//	                          │  │ policy gone, or opened by a clock that ran ahead
//	                          │  └─────────────▶ ended "revoked: ..."
//	                          │
//	  Credential: one mint    ▼
//	    1. transaction: judge again, note the intent      intended
//	    2. sign an assertion, ask STS (no transaction)       │
//	    3. transaction: still active and in time?            ├─▶ issued   handed out
//	                                                         ├─▶ dropped  the window closed meanwhile
//	                                                         ├─▶ refused  AWS said no
//	                                                         └─▶ unknown  no answer, or a crash in between:
//	                                                                      what may have been issued is said
//
// A request asks approvers. One vote decides, counted again when it is used:
//
//	        Ask               Decide
//	(policy) ───▶ pending ─────────────▶ approved ──▶ backs one open checkout at a time,
//	                 │ │ │    Decide                  until its validity ends
//	                 │ │ └─────────────▶ rejected
//	                 │ │      Withdraw
//	                 │ └───────────────▶ withdrawn
//	                 │ past its time
//	                 └─────────────────▶ timeout
//
// States only go forward, each step by one statement that names the state it
// comes from. Whether something is past its time is decided by the statement
// that asks, never by a sweeper: [Engine.Settle] only writes it down. Every step
// leaves an [Event] in the transaction that makes it.
package broker
