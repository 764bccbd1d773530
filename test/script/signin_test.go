package script_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// passwordOf is what a person types at the tenant's page.
func passwordOf(person string) string { return "password of " + person }

// browser ADDRESS plays the person whose name stands in the file "person", at the
// browser that a program has opened. What it was started with stands in the file
// "browsed".
func browser() {
	work := os.Getenv("WORK")
	started := strings.Join(append(os.Args[1:], os.Environ()...), "\n") + "\n"
	if err := os.WriteFile(filepath.Join(work, "browsed"), []byte(started), 0o600); err != nil {
		fail(err)
	}
	name, err := os.ReadFile(filepath.Join(work, "person"))
	if err != nil {
		fail(err)
	}
	client, err := trusting(filepath.Join(work, "tenant-ca.pem"))
	if err != nil {
		fail(err)
	}
	person := tenant.Person{Name: strings.TrimSpace(string(name))}
	person.Password = passwordOf(person.Name)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := tenant.Visit(ctx, client, os.Args[1], person); err != nil {
		fail(err)
	}
}

// trusting is a client that trusts an authority.
func trusting(authority string) (*http.Client, error) {
	text, err := os.ReadFile(authority)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}
	transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(text)
	return &http.Client{Transport: transport}, nil
}

// tenantWorkloads makes the tenant trust two jobs of a CI system, whose tokens stand
// in JOB.jwt, and a role of the account, whose keys stand in ci.env.
func (r *rig) tenantWorkloads(ts *testscript.TestScript) {
	issuer := r.tenant.AddIssuer(tenant.Issuer{URL: "https://ci.example.com", Audience: "britive", Members: map[string]string{
		"repo:deploy": "ci@example.com", "repo:other": "other@example.com",
	}})
	for _, job := range []string{"deploy", "other", "stranger"} {
		token := issuer.Token("repo:"+job, time.Hour)
		r.tokens[job] = token
		ts.Check(os.WriteFile(ts.MkAbs(job+".jwt"), []byte(token+"\n"), 0o600))
	}
	r.aws.AddRole(aws.Role{Name: "ci"})
	keys := r.aws.Issue("ci", "run-7", time.Hour)
	r.tokens["keys"] = keys.SecretAccessKey
	ts.Check(os.WriteFile(ts.MkAbs("ci.env"), fmt.Appendf(nil, "export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY='%s' AWS_SESSION_TOKEN='%s'\n",
		keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken), 0o600))
	r.tenant.AddWorkload("arn:aws:sts::"+account+":assumed-role/ci/run-7", "ci@example.com")
}

// tenantRedirects ROUTE ADDRESS sends who calls elsewhere.
func (r *rig) tenantRedirects(args []string) {
	r.tenant.Fail(args[0], tenant.Fault{Status: http.StatusFound, Body: "{}", Header: map[string]string{"Location": args[1]}})
}
