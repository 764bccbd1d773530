package conformance

import (
	"strings"
	"sync"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// shortestSession is AWS's floor: credentials may outlive a window by as much.
const shortestSession = 15 * time.Minute

func (p *persons) checkout() {
	before := time.Now()
	grant := p.open(p.Alice, pods(), jit.Reason{})
	if !grant.Access.Same(pods()) || grant.Access.ProfileID == "" || grant.Access.EnvironmentID == "" || grant.Access.Path() != pods().Path() {
		p.Errorf("checked out: %+v", grant.Access)
	}
	if length := grant.NotAfter.Sub(before); length > time.Hour || length < time.Hour-time.Second {
		p.Errorf("it is open for %s", length)
	}
	byID := jit.Access{ProfileID: grant.Access.ProfileID, EnvironmentID: grant.Access.EnvironmentID}
	shouted := pods()
	shouted.Application, shouted.Profile = strings.ToUpper(shouted.Application), strings.ToLower(shouted.Profile)
	for _, same := range []jit.Access{pods(), byID, shouted} {
		if again := p.open(p.Alice, same, jit.Reason{}); again.ID != grant.ID || !again.NotAfter.Equal(grant.NotAfter) {
			p.Errorf("%+v is checked out again: %+v", same, again)
		}
	}
	listed := p.grants(p.Alice, 1)[0]
	if listed.ID != grant.ID || listed.State != jit.GrantActive || listed.Access.Path() != pods().Path() || !listed.NotAfter.Equal(grant.NotAfter) {
		p.Errorf("listed: %+v", listed)
	}
	p.open(p.Alice, reader(), because("reading"))
	p.grants(p.Alice, 2)
}

func (p *persons) together() {
	ids := make(chan string, 8)
	var all sync.WaitGroup
	for range cap(ids) {
		all.Go(func() {
			grant, err := p.Alice.Checkout(p.Context(), pods(), jit.Reason{})
			if err != nil {
				p.Error(err)
			}
			ids <- grant.ID
		})
	}
	all.Wait()
	only := p.grants(p.Alice, 1)[0].ID
	for range cap(ids) {
		if id := <-ids; id != only {
			p.Errorf("checkout %s beside %s", id, only)
		}
	}
}

func (p *persons) unknown() {
	for name, access := range map[string]jit.Access{
		"a profile":       named("EKS Pod Manger"),
		"an environment":  {Application: "Manual - Sigma Labs", Environment: "other", Profile: "EKS Pod Manager"},
		"an application":  {Application: "other", Environment: "196226166352 (Sigma Labs)", Profile: "EKS Pod Manager"},
		"ids":             {ProfileID: "x", EnvironmentID: "y"},
		"strange letters": named("../../%2e%2e/\x00?accessType=CONSOLE"),
	} {
		_, err := p.Alice.Checkout(p.Context(), access, jit.Reason{})
		p.refused(name, err, jit.NotFound)
		_, err = p.Alice.Ask(p.Context(), access, because("x"))
		p.refused("request "+name, err, jit.NotFound)
	}
	for _, id := range []string{"none", "..", "a/b", "a b?c#d"} {
		_, err := p.Alice.Credential(p.Context(), id)
		p.refused("credentials of "+id, err, jit.NotFound)
		_, err = p.Alice.Checkin(p.Context(), id)
		p.refused("check-in of "+id, err, jit.NotFound)
		_, err = p.Alice.Extend(p.Context(), id)
		p.refused("extension of "+id, err, jit.NotFound)
	}
	p.grants(p.Alice, 0)
}

func (p *persons) justification() {
	for _, why := range []string{"", strings.Repeat("x", 256)} {
		_, err := p.Alice.Checkout(p.Context(), reader(), because(why))
		p.refused("justification "+why, err, jit.Justification)
	}
	p.grants(p.Alice, 0)
	p.open(p.Alice, reader(), because("größer, "+strings.Repeat("ß", 247)))
}

func (p *persons) credential() {
	grant := p.open(p.Alice, pods(), jit.Reason{})
	time.Sleep(50 * time.Minute)
	credential, err := p.Alice.Credential(p.Context(), grant.ID)
	if err != nil {
		p.Fatal(err)
	}
	if credential.AccessKeyID == "" || credential.SecretAccessKey.Empty() || credential.SessionToken.Empty() {
		p.Errorf("got %+v", credential)
	}
	if end := credential.Expires; end.Before(time.Now()) || end.After(time.Now().Add(shortestSession)) {
		p.Errorf("the credentials end %s, the checkout %s", end, grant.NotAfter)
	}
	if said := !credential.Issued.IsZero(); said != p.offers.Issued || credential.Issued.After(time.Now()) {
		p.Errorf("issued %s", credential.Issued)
	}
}

func (p *persons) checkin() {
	grant := p.open(p.Alice, pods(), jit.Reason{})
	credential, err := p.Alice.Credential(p.Context(), grant.ID)
	if err != nil {
		p.Fatal(err)
	}
	ended, err := p.Alice.Checkin(p.Context(), grant.ID)
	if err != nil {
		p.Fatal(err)
	}
	if ended.ID != grant.ID || ended.State != jit.GrantEnded || ended.Why == "" || !ended.Access.Same(pods()) {
		p.Errorf("checked in: %+v", ended)
	}
	var end time.Time
	if p.offers.KeysEnd {
		end = credential.Expires
	}
	if until := ended.CredentialsUntil; !until.Equal(end) {
		p.Errorf("the credentials end %s, told is %s", credential.Expires, until)
	}
	p.grants(p.Alice, 0)
	_, err = p.Alice.Credential(p.Context(), grant.ID)
	p.refused("credentials after a check-in", err, jit.Denied)
	_, err = p.Alice.Extend(p.Context(), grant.ID)
	p.refused("extension after a check-in", err, jit.Denied)
	if _, err := p.Alice.Checkin(p.Context(), grant.ID); err != nil {
		p.refused("a second check-in", err, jit.NotFound)
	}
	if again := p.open(p.Alice, pods(), jit.Reason{}); again.ID == grant.ID {
		p.Error("a checkout that has ended is open again")
	}
}

func (p *persons) expiry() {
	grant := p.open(p.Alice, pods(), jit.Reason{})
	time.Sleep(time.Hour)
	p.grants(p.Alice, 0)
	_, err := p.Alice.Credential(p.Context(), grant.ID)
	p.refused("credentials after the end", err, jit.Denied)
	_, err = p.Alice.Extend(p.Context(), grant.ID)
	p.refused("extension after the end", err, jit.Denied)
}

func (p *persons) extend() {
	grant := p.open(p.Alice, pods(), jit.Reason{})
	longer, err := p.Alice.Extend(p.Context(), grant.ID)
	if err != nil {
		p.Fatal(err)
	}
	want := grant.NotAfter.Add(30 * time.Minute)
	if longer.ID != grant.ID || longer.State != jit.GrantActive || !longer.NotAfter.Equal(want) {
		p.Errorf("extended: %+v, want until %s", longer, want)
	}
	_, err = p.Alice.Extend(p.Context(), grant.ID)
	p.refused("a second extension", err, jit.Denied)
	if listed := p.grants(p.Alice, 1)[0]; !listed.NotAfter.Equal(want) {
		p.Errorf("listed: %+v", listed)
	}
	fixed := p.open(p.Alice, reader(), because("reading"))
	_, err = p.Alice.Extend(p.Context(), fixed.ID)
	p.refused("an extension that the profile does not allow", err, jit.Denied)
}

func (p *persons) foreign() {
	grant := p.open(p.Alice, pods(), jit.Reason{})
	for name, who := range map[string]jit.Broker{"bob": p.Bob, "mallory": p.Mallory} {
		p.grants(who, 0)
		_, err := who.Credential(p.Context(), grant.ID)
		p.refused("credentials for "+name, err, jit.NotFound)
		_, err = who.Extend(p.Context(), grant.ID)
		p.refused("extension by "+name, err, jit.NotFound)
		_, err = who.Checkin(p.Context(), grant.ID)
		p.refused("check-in by "+name, err, jit.NotFound)
	}
	p.grants(p.Alice, 1)
}

func (p *persons) session() {
	none, _, err := p.Alice.CheckoutCredential(p.Context(), pods(), jit.Reason{}, false)
	if err != nil || none.ID != "" {
		p.Errorf("nothing stands: %+v, %v", none, err)
	}
	p.grants(p.Alice, 0)
	opened, credential, err := p.Alice.CheckoutCredential(p.Context(), pods(), jit.Reason{}, true)
	if err != nil {
		p.Fatal(err)
	}
	if !opened.Access.Same(pods()) || opened.State != jit.GrantActive || credential.SecretAccessKey.Empty() || credential.Expires.IsZero() {
		p.Errorf("opened %+v, keys until %s", opened, credential.Expires)
	}
	for _, open := range []bool{true, false} {
		if again, _, err := p.Alice.CheckoutCredential(p.Context(), pods(), jit.Reason{}, open); err != nil || again.ID != opened.ID {
			p.Errorf("%s stands, got %s (%v)", opened.ID, again.ID, err)
		}
	}
	p.grants(p.Alice, 1)
	_, _, err = p.Alice.CheckoutCredential(p.Context(), reader(), jit.Reason{}, true)
	p.refused("without a justification", err, jit.Justification)
	_, _, err = p.Alice.CheckoutCredential(p.Context(), admin(), because("x"), true)
	p.refused("without an approval", err, jit.Approval)
	_, _, err = p.Mallory.CheckoutCredential(p.Context(), pods(), jit.Reason{}, true)
	p.refused("mallory's", err, jit.NotFound)
	none, _, err = p.Mallory.CheckoutCredential(p.Context(), pods(), jit.Reason{}, false)
	if jit.CodeOf(err) != jit.NotFound && (err != nil || none.ID != "") {
		p.Errorf("mallory lives on alice's: %+v, %v", none, err)
	}
}
