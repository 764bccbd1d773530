package caller_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestSignIns holds that a sign-in comes back as it was kept, one of before there
// were browsers too, and that what cannot be read is none.
func TestSignIns(t *testing.T) {
	store := cache.Memory()
	all := caller.NewSignIns(store)
	end := time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)
	alice := jit.Person{ID: "u1", Name: "alice"}
	for _, who := range []caller.SignIn{
		{Person: alice, Token: jit.NewSecret("t1")},
		{Person: alice, Token: jit.NewSecret("t2"), By: caller.ByBrowser, Expires: end},
	} {
		if err := all.Put("https://a", who); err != nil {
			t.Fatal(err)
		}
		got, ok := all.Get("https://a")
		if !ok || got.Person != who.Person || !got.Token.Equal(who.Token) || got.By != who.By || !got.Expires.Equal(who.Expires) {
			t.Errorf("%+v, %v, want %+v", got, ok, who)
		}
	}
	if err := store.Put("https://b", []byte(`{"id":"u1","name":"alice","token":"t0"}`)); err != nil {
		t.Fatal(err)
	}
	if got, ok := all.Get("https://b"); !ok || got.By != caller.ByToken || got.Token.Reveal() != "t0" || !got.Expires.IsZero() {
		t.Errorf("an old one: %+v, %v", got, ok)
	}
	for _, text := range []string{"", "{}", `{"token":""}`, "x"} {
		_ = store.Put("https://c", []byte(text))
		if got, ok := all.Get("https://c"); ok {
			t.Errorf("%q is %+v", text, got)
		}
	}
	if err := all.Clear(); err != nil {
		t.Fatal(err)
	}
	if _, ok := all.Get("https://a"); ok {
		t.Error("cleared, and still there")
	}
}

// TestForgetUnreadable holds that a sign-in is forgotten which cannot be read just
// now, since its key is where nobody answers: it would come back with the key.
func TestForgetUnreadable(t *testing.T) {
	const tenant = "https://a"
	dir := filepath.Join(t.TempDir(), "state")
	at := func(storage string) caller.SignIns {
		return caller.NewSignIns(cache.Sealed(filepath.Join(dir, "signins"), &cache.Keys{Dir: dir, Storage: storage}))
	}
	if err := at("file").Put(tenant, caller.SignIn{Token: jit.NewSecret("t1")}); err != nil {
		t.Fatal(err)
	}
	if _, ok := at("keyring").Get(tenant); ok {
		t.Fatal("it is read without its key")
	}
	if _, err := at("keyring").Forget(tenant); err != nil {
		t.Fatal(err)
	}
	if _, ok := at("file").Get(tenant); ok {
		t.Error("forgotten, and there again with the key")
	}
}
