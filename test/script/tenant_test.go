package script_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	authenticationv1 "k8s.io/api/authentication/v1"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// startTenant starts AWS and the stand-in for a Britive tenant, which offers what
// the catalog of the broker does, and gives everybody a configuration and a token:
// a session's, an API token for bob.
func (r *rig) startTenant(ts *testscript.TestScript) {
	r.startAWS(ts)
	x := tenant.New(tenant.Options{Host: "127.0.0.1", STS: r.aws.CallerIdentity, AWS: func(role, session string, lasts time.Duration) tenant.Keys {
		return tenant.Keys(r.aws.Issue(role, session, lasts))
	}})
	declare(x)
	server, err := tenant.Start(x, ts.Getenv("WORK"))
	ts.Check(err)
	ts.Defer(server.Close)
	r.tenant, r.tokens = server, map[string]string{
		"alice": x.NewSession("alice@example.com"), "mallory": x.NewSession("mallory@example.com"), "bob": x.NewAPIToken("bob@example.com", time.Hour),
	}
	r.set(ts, "BROKER", server.URL())
	r.set(ts, "PROFILE", path+"EKS Pod Manager")
	for user, token := range r.tokens {
		ts.Check(os.WriteFile(ts.MkAbs(user+".token"), []byte(token+"\n"), 0o600))
		configure(ts, user, server.URL(), server.CAFile())
	}
}

func declare(x *tenant.Tenant) {
	for _, name := range []string{"alice", "bob", "mallory"} {
		x.AddPerson(tenant.Person{Name: name + "@example.com", Password: passwordOf(name + "@example.com"), OTP: "424242"})
	}
	for _, name := range []string{"ci", "other"} {
		x.AddPerson(tenant.Person{Name: name + "@example.com", Service: true})
	}
	alice := []string{"alice@example.com"}
	x.AddApp(tenant.App{
		Name: "Manual - Sigma Labs", Type: "AWS", Environments: []tenant.Environment{{Name: "196226166352 (Sigma Labs)", Alternate: "sigma"}},
		Profiles: []tenant.Profile{
			{Name: "EKS Pod Manager", Description: "All verbs on pods", Role: "EKS-Pod-Manager", Members: append(alice, "ci@example.com"), Setup: time.Second, ExtendBy: 30 * time.Minute, ExtensionLimit: 1},
			{Name: "EKS Reader", Role: "BritiveEKSReader", Members: alice, TicketTypes: []string{"issue"}, Tickets: []string{"INC-42"}},
			{Name: "EKS Cluster Admin", Role: "EKS-Cluster-Admin", Members: alice, Approval: &tenant.Approval{Users: []string{"bob@example.com"}, TimeToApprove: 10 * time.Minute}},
			{Name: "EKS Change", Role: "BritiveEKSReader", Members: alice, TicketTypes: []string{"issue", "change"}, Tickets: []string{"INC-42", "CHG-7"}},
			{Name: "EKS Incident", Role: "BritiveEKSReader", Members: alice, Justification: true, JustificationRegex: regexp.MustCompile(`^INC-\d+`)},
			{Name: "EKS Step Up", Role: "EKS-Unmapped", Members: alice, StepUp: tenant.StepUpAlways},
			{Name: "Web", Members: alice, Console: true, NoCredentials: true},
		},
	})
	x.AddApp(tenant.App{
		Name: "Clusters", Type: "Kubernetes", Environments: []tenant.Environment{{Name: "prod", APIServerURL: "https://k8s.example.com"}},
		Profiles: []tenant.Profile{{Name: "View", Members: alice}},
	})
	x.AddApp(tenant.App{
		Name: "Cloud", Type: "Azure", Environments: []tenant.Environment{{Name: "subscription"}},
		Profiles: []tenant.Profile{{Name: "Owner", Members: alice}},
	})
}

// trust has the cluster trust the tenant as its OIDC issuer, and the tenant offer
// the cluster.
func (c *cluster) trust(s *tenant.Server, server, authority string) {
	c.issuer = s.Tenant
	alice := []string{"alice@example.com"}
	s.AddApp(tenant.App{
		Name: "Clusters of Sigma", Type: "Kubernetes",
		Environments: []tenant.Environment{{Name: "prod-eu", APIServerURL: server, CertificateAuthorityData: authority, OIDCIssuerURL: s.URL(), ClientID: audience}},
		Profiles: []tenant.Profile{
			{Name: "Pods", Members: alice, Groups: []string{"pod-managers"}},
			{Name: "Readers", Members: alice, Groups: []string{"readers"}},
		},
	})
	s.AddApp(tenant.App{
		Name: "Strangers", Type: "Kubernetes",
		Environments: []tenant.Environment{
			{Name: "other-issuer", APIServerURL: server, CertificateAuthorityData: authority, OIDCIssuerURL: "https://elsewhere.example.com", ClientID: audience},
			{Name: "no-authority", APIServerURL: "https://k8s.example.com"},
			{Name: "in-the-clear", APIServerURL: "http://k8s.example.com", CertificateAuthorityData: authority},
		},
		Profiles: []tenant.Profile{{Name: "Pods", Members: alice}},
	})
}

// audience is the client id by which the cluster knows itself.
const audience = "kubernetes"

// claimed is who the bearer of the tenant's token is: usernameClaim sub, groupsClaim
// groups.
func (c *cluster) claimed(bearer string) (authenticationv1.UserInfo, error) {
	claims, ok := c.issuer.Claims(strings.TrimPrefix(bearer, "Bearer "))
	issuer, _ := claims["iss"].(string)
	ends, _ := claims["exp"].(float64)
	if !ok || !strings.HasPrefix(issuer, "https://127.0.0.1:") || claims["aud"] != audience || time.Now().Unix() >= int64(ends) {
		return authenticationv1.UserInfo{}, errors.New("no token of the issuer's for this cluster")
	}
	user := authenticationv1.UserInfo{Username: fmt.Sprint(claims["sub"])}
	groups, _ := claims["groups"].([]any)
	for _, group := range groups {
		user.Groups = append(user.Groups, fmt.Sprint(group))
	}
	user.Groups = append(user.Groups, "system:authenticated")
	return user, nil
}

// tenantFails ROUTE [CODE MESSAGE [TIMES]] makes the tenant refuse, with a code of
// Britive's, or as a proxy with a page: PAGE. Without a code it behaves again.
func (r *rig) tenantFails(ts *testscript.TestScript, args []string) {
	var fault tenant.Fault
	switch {
	case len(args) > 1 && args[1] == "PAGE":
		fault = tenant.Fault{Status: http.StatusBadGateway, Body: "<html><body>" + unescaped(ts, args[2]) + "</body></html>", ContentType: "text/html"}
	case len(args) > 1:
		fault = tenant.Fault{Code: args[1], Message: unescaped(ts, args[2]), Details: unescaped(ts, args[2])}
	}
	if len(args) > 3 {
		times, err := strconv.Atoi(args[3])
		ts.Check(err)
		fault.Times = times
	}
	r.tenant.Fail(args[0], fault)
}

// tenantSays KEY TEXT has every answer say the text for a key.
func (r *rig) tenantSays(ts *testscript.TestScript, args []string) {
	r.said = append(r.said, tenant.Said(args[0], unescaped(ts, args[1])))
	r.tenant.Fail(tenant.Everywhere, tenant.Fault{Alter: r.said})
}

// unescaped reads \x1b and the like.
func unescaped(ts *testscript.TestScript, text string) string {
	read, err := strconv.Unquote(`"` + text + `"`)
	ts.Check(err)
	return read
}

// tenantOffers NUMBER adds as many profiles, in ten environments of an application
// with a long description.
func (r *rig) tenantOffers(ts *testscript.TestScript, number string) {
	many, err := strconv.Atoi(number)
	ts.Check(err)
	app := tenant.App{Name: "A large application", Type: "AWS"}
	for i := range 10 {
		app.Environments = append(app.Environments, tenant.Environment{Name: fmt.Sprintf("%012d (Environment %d)", i, i), Alternate: fmt.Sprintf("environment-%d", i)})
	}
	for i := range many / len(app.Environments) {
		app.Profiles = append(app.Profiles, tenant.Profile{
			Name: fmt.Sprintf("Profile number %d", i), Description: "What this profile is good for, in as many words as people write", Members: []string{"alice@example.com"},
		})
	}
	r.tenant.AddApp(app)
}

// tenantEnds USER [CALLS] ends a user's sessions, after so many calls more.
func (r *rig) tenantEnds(ts *testscript.TestScript, args []string) {
	calls := 0
	if len(args) > 1 {
		var err error
		calls, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	r.tenant.EndSessions(args[0]+"@example.com", calls)
}
