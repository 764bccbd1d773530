// Package sandbox runs the whole of kubectl-jit's world on this machine, on
// 127.0.0.1 and free ports:
//
//	etcd ◀─ kube-apiserver ─▶ authentication: aws-iam-authenticator ─▶ STS
//	           │     │                                                  ▲ (stand-in, strict)
//	           │     └──────▶ authorization: RBAC, then accesspolicy    │
//	       aws-auth                                                jit-broker ◀─ alice, bob, mallory
//
// What is ours is under test, what others wrote is theirs, built from the Go
// module proxy ([Build]), and only AWS is stood in for (test/fake/aws).
//
// [Start] returns when all of it answers, with the administrator's part of the
// story done; [Sandbox.Stop] leaves no process.
package sandbox
