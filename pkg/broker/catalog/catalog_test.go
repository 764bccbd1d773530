package catalog_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const people = `apiVersion: jit.kubectl-jit.dev/v1alpha1
kind: Catalog
users:
  - name: alice@example.com
  - {name: Bob@example.com, id: u-bob}
  - {name: carol@example.com, disabled: true}
tags:
  - name: sre
    users: [bob@example.com, carol@example.com]
`

const sigma = `apiVersion: jit.kubectl-jit.dev/v1alpha1
kind: Catalog
applications:
  - name: Manual - Sigma Labs
    type: AWS
    environments:
      - name: 196226166352 (Sigma Labs)
        aws:
          account: "196226166352"
          samlProvider: jit-broker
      - name: Beijing
        id: env-beijing
        aws: {account: 012345678901, partition: aws-cn, samlProvider: jit, region: cn-northwest-1, recipient: "https://a.example/saml", audience: aud, tags: true}
    profiles:
      - name: EKS Pod Manager
        description: All verbs on pods
        environments: ["196226166352 (Sigma Labs)"]
        role: team/EKS-Pod-Manager
        duration: 1h
        extension: {by: 30m, limit: 1}
        policies:
          - name: application owners
            members: {users: [alice@example.com], tags: []}
            justification: optional
            approval:
              approvers: {users: [bob@example.com], tags: [sre]}
              timeToApprove: 10m
      - name: Admin
        id: pap-admin
        environments: [beijing, "196226166352 (sigma labs)"]
        role: Admin
        duration: 90m
        maxSession: 4h
        policies:
          - name: sre
            members: {tags: [SRE]}
`

// folder writes files and returns the folder they are in.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, files map[string]string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func story(t *testing.T) *catalog.Catalog {
	t.Helper()
	return load(t, map[string]string{"people.yaml": people, "sigma.yaml": sigma, "notes.txt": "not a catalog", ".hidden.yaml": "{"})
}

func TestUsers(t *testing.T) {
	c := story(t)
	bob, ok := c.User(" BOB@example.com ")
	if !ok || bob.Name != "Bob@example.com" || bob.ID != "u-bob" {
		t.Errorf("%+v, %v", bob, ok)
	}
	if again, ok := c.UserByID("u-bob"); !ok || again != bob {
		t.Errorf("by id: %+v, %v", again, ok)
	}
	if carol, ok := c.User("carol@example.com"); !ok || !carol.Disabled {
		t.Errorf("%+v, %v", carol, ok)
	}
	if _, ok := c.User("mallory@example.com"); ok {
		t.Error("a user who is not declared")
	}
}

func TestEntries(t *testing.T) {
	c := story(t)
	var paths []string
	for _, e := range c.Entries() {
		paths = append(paths, e.Path())
	}
	want := []string{
		"Manual - Sigma Labs/196226166352 (Sigma Labs)/Admin",
		"Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager",
		"Manual - Sigma Labs/Beijing/Admin",
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Fatal(diff)
	}
	podManager, beijing := c.Entries()[1], c.Entries()[2]
	wantAWS := []catalog.AWS{
		{
			Partition: "aws", Role: "arn:aws:iam::196226166352:role/team/EKS-Pod-Manager",
			Provider:  "arn:aws:iam::196226166352:saml-provider/jit-broker",
			Recipient: "https://signin.aws.amazon.com/saml", Audience: "urn:amazon:webservices", MaxSession: time.Hour,
		},
		{
			Partition: "aws-cn", Region: "cn-northwest-1", Role: "arn:aws-cn:iam::012345678901:role/Admin",
			Provider:  "arn:aws-cn:iam::012345678901:saml-provider/jit",
			Recipient: "https://a.example/saml", Audience: "aud", MaxSession: 4 * time.Hour, Tags: true,
		},
	}
	if diff := cmp.Diff(wantAWS, []catalog.AWS{podManager.AWS, beijing.AWS}); diff != "" {
		t.Error(diff)
	}
	if podManager.Duration != time.Hour || podManager.Extension != (catalog.Extension{By: 30 * time.Minute, Limit: 1}) {
		t.Errorf("%+v", podManager)
	}
	if podManager.Type != "AWS" || podManager.Description != "All verbs on pods" {
		t.Errorf("%+v", podManager.Profile)
	}
}

func TestPolicies(t *testing.T) {
	c := story(t)
	policy := c.Entries()[1].Policies[0]
	alice, _ := c.User("alice@example.com")
	carol, _ := c.User("carol@example.com")
	if !policy.Members.Has(alice.ID) || policy.Members.Has("u-bob") || policy.Justification != catalog.Optional {
		t.Errorf("%+v", policy)
	}
	a := policy.Approval
	if a == nil || a.TimeToApprove != 10*time.Minute || a.ValidFor != 2*time.Hour {
		t.Fatalf("%+v", a)
	}
	if !a.Approvers.Has("u-bob") || a.Approvers.Has(carol.ID) {
		t.Error("approvers are not those declared without the disabled")
	}
	if diff := cmp.Diff([]string{"Bob@example.com", "tag:sre"}, a.Approvers.Labels()); diff != "" {
		t.Error(diff)
	}
	admin := c.Entries()[0].Policies[0]
	if admin.Approval != nil || admin.Justification != catalog.None || !admin.Members.Has("u-bob") {
		t.Errorf("%+v", admin)
	}
}

func TestFind(t *testing.T) {
	c := story(t)
	beijing := c.Entries()[2].Access
	tests := []struct {
		name   string
		access jit.Access
		found  bool
	}{
		{"by ids", jit.Access{ProfileID: "pap-admin", EnvironmentID: "env-beijing"}, true},
		{"ids go before names", jit.Access{ProfileID: "pap-admin", EnvironmentID: "env-beijing", Profile: "Other"}, true},
		{"by names in any case", jit.Access{Application: "manual - sigma labs", Environment: "BEIJING", Profile: " admin "}, true},
		{"a profile that is not in that environment", jit.Access{Application: "Manual - Sigma Labs", Environment: "Beijing", Profile: "EKS Pod Manager"}, false},
		{"an unknown id", jit.Access{ProfileID: "pap-admin", EnvironmentID: "x"}, false},
		{"nothing", jit.Access{}, false},
	}
	for _, tt := range tests {
		e, ok := c.Find(tt.access)
		if ok != tt.found || ok && e.Access != beijing {
			t.Errorf("%s: %v, %+v", tt.name, ok, e)
		}
	}
}

// TestStable holds that ids survive a reload, another order and another file, and
// that no two things share one.
func TestStable(t *testing.T) {
	whole := story(t)
	again := load(t, map[string]string{"1.yaml": sigma, "2.yaml": people + "# a comment\n"})
	var ids []string
	for i, e := range whole.Entries() {
		if e.Access != again.Entries()[i].Access {
			t.Errorf("%+v became %+v", e.Access, again.Entries()[i].Access)
		}
		ids = append(ids, e.EnvironmentID+" "+e.ProfileID)
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 3 {
		t.Errorf("ids are shared: %q", ids)
	}
	alice, _ := whole.User("alice@example.com")
	if same, _ := again.User("alice@example.com"); same != alice {
		t.Errorf("%+v became %+v", alice, same)
	}
}

func TestVersion(t *testing.T) {
	if one, other := story(t), story(t); one.Version() != other.Version() {
		t.Error("the same files have two versions")
	}
	if story(t).Version() == load(t, map[string]string{"people.yaml": people + "\n", "sigma.yaml": sigma}).Version() {
		t.Error("other files have the same version")
	}
}

func TestOneFile(t *testing.T) {
	path := filepath.Join(folder(t, map[string]string{"people.yaml": people}), "people.yaml")
	if _, err := catalog.Load(path); err != nil {
		t.Error(err)
	}
}
