package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// within are the rows that need a broker, an account and a cluster: alice has the
// pod manager checked out.
func within(ctx context.Context, world *sandbox.Sandbox, bin string) ([]*row, error) {
	alice := world.Home("alice")
	if output, err := world.Command(ctx, alice, "kubectl-jit", "login", "eks-pod-manager").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("log in: %w\n%s", err, output)
	}
	kubeconfig := filepath.Join(alice, ".kube", "config")
	config, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		return nil, err
	}
	entry := config.AuthInfos[config.Contexts[config.CurrentContext].AuthInfo].Exec
	static := filepath.Join(alice, "static.kubeconfig")
	if err := withToken(ctx, world, config, static, entry.Args); err != nil {
		return nil, err
	}
	env := []string{execInfo, "PATH=" + world.Path()}
	for name, value := range world.Environment(alice) {
		env = append(env, name+"="+value)
	}
	cache := filepath.Join(alice, ".cache", "kubectl-jit")
	renew := func() error { return os.RemoveAll(filepath.Join(cache, "tokens")) }
	cold := func() error {
		if err := renew(); err != nil {
			return err
		}
		return os.RemoveAll(filepath.Join(cache, "sessions"))
	}
	front, kubectl := filepath.Join(bin, "kubectl-jit"), world.Program("kubectl")
	pods := func(kubeconfig string) []string { return []string{"--kubeconfig", kubeconfig, "get", "pods", "-A"} }
	rows := []*row{
		{name: "kubectl-jit get-token, renewed from the held AWS session", path: front, args: entry.Args, before: renew},
		{name: "kubectl-jit get-token, nothing held but ids and features", path: front, args: entry.Args, before: cold},
		{name: "200 of these at once, all answered", path: front, args: entry.Args, before: cold, atOnce: 200},
		{name: "kubectl get pods -A, a static token", path: kubectl, args: pods(static)},
		{name: "kubectl get pods -A, ours", path: kubectl, args: pods(kubeconfig)},
	}
	for _, r := range rows {
		r.env = env
	}
	rows = append(rows, others(world, alice)...)
	return rows, sized(rows)
}

// withToken writes a kubeconfig that has the token itself in place of the call
// for it.
func withToken(ctx context.Context, world *sandbox.Sandbox, config *clientcmdapi.Config, path string, args []string) error {
	answer, err := world.Command(ctx, world.Home("alice"), "env", append([]string{execInfo, "kubectl-jit"}, args...)...).Output()
	if err != nil {
		return err
	}
	var credential struct{ Status struct{ Token string } }
	if err := json.Unmarshal(answer, &credential); err != nil {
		return err
	}
	config = config.DeepCopy()
	config.AuthInfos[config.Contexts[config.CurrentContext].AuthInfo] = &clientcmdapi.AuthInfo{Token: credential.Status.Token}
	return clientcmd.WriteToFile(*config, path)
}

// others are the programs that people use today, with the keys of the same role
// in their environment. The AWS CLI is Python and not ours to install: where it
// is missing, so is its row, and stderr says so.
func others(world *sandbox.Sandbox, alice string) []*row {
	keys := world.AWS.Issue("EKS-Pod-Manager", "alice@example.com", time.Hour)
	env := []string{
		"HOME=" + alice, "PATH=" + os.Getenv("PATH"), "AWS_REGION=" + sandbox.Region, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID=" + keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + keys.SecretAccessKey, "AWS_SESSION_TOKEN=" + keys.SessionToken,
	}
	authenticator := world.Program(sandbox.Authenticator)
	rows := []*row{
		{name: "aws-iam-authenticator token", path: authenticator, args: []string{"token", "-i", sandbox.ClusterName}},
		{name: "aws-iam-authenticator token --cache", path: authenticator, args: []string{"token", "-i", sandbox.ClusterName, "--cache"}},
	}
	if cli, err := exec.LookPath("aws"); err == nil {
		rows = append(rows, &row{name: "aws eks get-token", path: cli, args: []string{"eks", "get-token", "--cluster-name", sandbox.ClusterName}})
	} else {
		fmt.Fprintln(os.Stderr, "the AWS CLI is not installed: there will be no row for it")
	}
	for _, r := range rows {
		r.env = env
	}
	return rows
}
