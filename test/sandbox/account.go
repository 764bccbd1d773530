package sandbox

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

// The names of the story.
const (
	Account     = "196226166352"
	Region      = "eu-central-1"
	ClusterName = "sandbox"
	Application = "Manual - Sigma Labs"
	Environment = "196226166352 (Sigma Labs)"
)

const (
	samlProvider = "arn:aws:iam::" + Account + ":saml-provider/jit-broker"
	signIn       = "https://signin.aws.amazon.com/saml"
)

// Aliases are those that every user has from the start.
func Aliases() map[string]string {
	path := func(profile string) string { return Application + "/" + Environment + "/" + profile }
	return map[string]string{
		"eks-pod-manager": path("EKS Pod Manager"),
		"eks-reader":      path("EKS Reader"),
		"eks-admin":       path("EKS Cluster Admin"),
	}
}

// newAccount starts the AWS stand-in with the story's roles. Only the
// administrator's may ask EKS anything.
func newAccount(dir string) (*aws.Server, error) {
	account, err := aws.Start(aws.Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	for name, actions := range map[string][]string{
		"EKS-Pod-Manager":   nil,
		"BritiveEKSReader":  nil,
		"EKS-Unmapped":      nil,
		"EKS-Cluster-Admin": {"eks:*"},
	} {
		account.AddRole(aws.Role{Name: name, Actions: actions, Trust: TrustBroker()})
	}
	return account, nil
}

// TrustBroker is the trust policy of the story's roles.
func TrustBroker() []aws.Statement {
	return []aws.Statement{{
		Federated:  samlProvider,
		Actions:    []string{"sts:AssumeRoleWithSAML"},
		Conditions: map[string][]string{"SAML:aud": {signIn}},
	}}
}

// oldKey is the long-term key of a person from before there was just-in-time
// access. AWS knows it, and no cluster maps it.
func oldKey(home, user string) (aws.User, error) {
	u := aws.User{Name: user, AccessKeyID: "AKIA" + rand.Text()[:16], SecretAccessKey: randomText()}
	folder := filepath.Join(home, ".aws")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return u, err
	}
	credentials := fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", u.AccessKeyID, u.SecretAccessKey)
	if err := os.WriteFile(filepath.Join(folder, "credentials"), []byte(credentials), 0o600); err != nil {
		return u, err
	}
	config := "# Made by aws configure.\n[default]\nregion = " + Region + "\n"
	return u, os.WriteFile(filepath.Join(folder, "config"), []byte(config), 0o600)
}

// Trust makes the trust policy of a role ask for another audience; an empty one
// is the story's own.
func (s *Sandbox) Trust(role, audience string) {
	policy := TrustBroker()
	if audience != "" {
		policy[0].Conditions = map[string][]string{"SAML:aud": {audience}}
	}
	s.AWS.AddRole(aws.Role{Name: role, Trust: policy})
}
