package kubeconfig_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// many writes a kubeconfig of n clusters as the AWS CLI does.
func many(n int) string {
	const arn = "arn:aws:eks:eu-central-1:196226166352:cluster/c"
	ca := strings.Repeat("LS0tLS1CRUdJTiBD", 90)
	var clusters, contexts, users strings.Builder
	for i := range n {
		fmt.Fprintf(&clusters, "- cluster:\n    certificate-authority-data: %s\n    server: https://ABC%d.gr7.eu-central-1.eks.amazonaws.com\n  name: %s%d\n", ca, i, arn, i)
		fmt.Fprintf(&contexts, "- context:\n    cluster: %s%d\n    user: %s%d\n  name: %s%d\n", arn, i, arn, i, arn, i)
		fmt.Fprintf(&users, "- name: %s%d\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n      - --region\n      - eu-central-1\n      - eks\n      - get-token\n      - --cluster-name\n      - c%d\n      - --output\n      - json\n      command: aws\n", arn, i, i)
	}
	return "apiVersion: v1\nclusters:\n" + clusters.String() + "contexts:\n" + contexts.String() +
		"current-context: " + arn + "7\nkind: Config\npreferences: {}\nusers:\n" + users.String()
}

// BenchmarkPoint is login's whole work on a file of 5,000 contexts: open it, find
// the context, point it. It shall stay under 300 ms.
func BenchmarkPoint(b *testing.B) {
	path := b.TempDir() + "/config"
	text := []byte(many(5000))
	for b.Loop() {
		b.StopTimer()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		files, err := kubeconfig.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		entry, err := files.Entry("")
		if err != nil {
			b.Fatal(err)
		}
		if change, err := files.Point(b.Context(), entry, call, ""); err != nil || !change.Wrote {
			b.Fatal(change, err)
		}
	}
}
