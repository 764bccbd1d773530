// Package held is the cluster token that lies ready for the next call: where it
// lies, its form, and reading it in one go.
//
//	kubectl ──▶ kubectl-jit get-token ARGS…
//	              Version(KUBERNETES_EXEC_INFO)    asked in a form we answer?
//	              Name(ARGS, ConfigDir, API token) whose token?
//	              Read(Path(CacheDir, name), now)  held, and not to be renewed yet?
//	              Answer(stdout)                   done
//
// The file has two lines. The first says what it is and from when on it must be
// renewed, in Unix seconds; the second is the status object of an
// ExecCredential, as it is answered:
//
//	kubectl-jit/1 1767225600
//	{"expirationTimestamp":"2026-01-01T00:01:00Z","token":"k8s-aws-v1.…"}
//
// Whatever else lies there is a miss, never an error: the caller fetches a new
// token and writes the file anew. A reader takes no lock, because [Write]
// replaces the file by a rename.
//
// Every kubectl call pays for the package's imports at its start, so they are
// few and cheap: no fmt, no encoding/json.
package held
