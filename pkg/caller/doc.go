// Package caller is who called this program and with what they work: the
// process and its arguments, the person at the terminal, where things lie, who
// is signed in, and from these the pipeline of one person at one tenant.
//
//	process ─▶ Caller ─▶ Connect ─▶ Connection ─▶ its Mint: the pipeline
//	             │               (settings, tenant, sign-in, folders)
//	             └─ Program.Report: what failed, what to type, exit status
//
// Two programs stand on it. cmd/jit-token answers clients and nothing else:
// begin with gettoken.go. cmd/jit-core is every other verb (package cli). Each
// client pays at each start for all that jit-token links, so nothing here links
// more than the way to a token needs: no command line framework, no Kubernetes
// client, no AWS service.
package caller
