package e2e_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// TestMappingsAtOnce has eight administrators map and unmap a role each at the same
// moment: nobody's change is lost, and at the end the text is what it was.
func TestMappingsAtOnce(t *testing.T) {
	const administrators = 8
	alice := newPerson(t, "alice")
	text := func() string {
		return alice.must("kubectl", "--kubeconfig", world.Cluster.Admin, "-n", "kube-system", "get", "configmap", "aws-auth", "-o", "jsonpath={.data.mapRoles}")
	}
	role := func(n int) string { return fmt.Sprintf("arn:aws:iam::%s:role/At-Once-%d", sandbox.Account, n) }
	all := func(verb string, flags ...string) {
		var running sync.WaitGroup
		for n := range administrators {
			running.Go(func() {
				args := append([]string{"kubectl-jit", "admin", "mappings", verb, role(n), "--kubeconfig", world.Cluster.Admin, "--via", "aws-auth", "--yes"}, flags...)
				if output, err := alice.run(args...); err != nil {
					t.Errorf("%s: %v\n%s", verb, err, output)
				}
			})
		}
		running.Wait()
	}
	before := text()
	all("add", "--group", "readers")
	added := text()
	if !strings.HasPrefix(added, before) {
		t.Errorf("the neighbours did not stay:\n%s", added)
	}
	for n := range administrators {
		if strings.Count(added, role(n)+"\n") != 1 {
			t.Errorf("%s is not mapped:\n%s", role(n), added)
		}
	}
	all("remove")
	if after := text(); after != before {
		t.Errorf("the text became\n%s\nand was\n%s", after, before)
	}
}
