// Package cli is kubectl-jit's command line: one file for each verb.
//
//	argv ─▶ Main ─▶ newX(env): flags become a ready value
//	                  │
//	                  ▼
//	                 run ─▶ mint, broker, kubeconfig … ─▶ stdout: the answer
//	                  │         (built in wire.go)        stderr: progress, notes
//	                  ▼
//	               an error ─▶ report: what failed, what to type, exit status
//
// A verb is an unexported struct, a constructor that turns flags into a ready
// value, and a method run. Nothing here decides anything about access: that is
// pkg/mint. Begin with gettoken.go, which is what kubectl calls.
package cli
