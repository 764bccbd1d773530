// Package conformance holds the suites that every implementation of a contract
// passes, so that one can stand in another's place.
package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
)

// CacheStore holds a store to the promises of [cache.Store]. open returns a new,
// empty store at each call.
func CacheStore(t *testing.T, open func(t *testing.T) cache.Store) {
	t.Run("nothing there", func(t *testing.T) { cacheNothing(t, open(t)) })
	t.Run("what is put is got", func(t *testing.T) { cachePutGet(t, open(t)) })
	t.Run("names are told apart", func(t *testing.T) { cacheNames(t, open(t)) })
	t.Run("delete and clear", func(t *testing.T) { cacheDelete(t, open(t)) })
	t.Run("data is copied", func(t *testing.T) { cacheCopies(t, open(t)) })
	t.Run("too much", func(t *testing.T) { cacheTooMuch(t, open(t)) })
	t.Run("old or new, never a mix", func(t *testing.T) { cacheNoMix(t, open(t)) })
}

func cacheNothing(t *testing.T, store cache.Store) {
	if data, err := store.Get("missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %q, %v", data, err)
	}
	if err := store.Delete("missing"); err != nil {
		t.Errorf("delete: %v", err)
	}
	if err := store.Clear(); err != nil {
		t.Errorf("clear: %v", err)
	}
}

func cachePutGet(t *testing.T, store cache.Store) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for _, data := range [][]byte{{}, []byte("x"), []byte("x\n"), every, bytes.Repeat(every, 64), []byte("shorter")} {
		cachePut(t, store, "name", data)
		cacheHas(t, store, "name", data)
	}
}

func cacheNames(t *testing.T, store cache.Store) {
	long := strings.Repeat("a long name ", 100)
	names := []string{
		"", ".", "..", "/", "a", "A", "a/b", "a-b", "../a", "/etc/passwd", `a\b`, "a:b", "a\x00b", "a\nb",
		"https://127.0.0.1:8443", "App/196226166352 (Sigma Labs)/EKS Pod Manager", "größe", "\xff\xfe", "nul", "key",
		long, long + "x",
	}
	for i, name := range names {
		cachePut(t, store, name, fmt.Append(nil, i))
	}
	for i, name := range names {
		cacheHas(t, store, name, fmt.Append(nil, i))
	}
}

func cacheDelete(t *testing.T, store cache.Store) {
	for _, name := range []string{"a", "b", "c"} {
		cachePut(t, store, name, []byte(name))
	}
	if err := store.Delete("a"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a deleted name: %v", err)
	}
	cacheHas(t, store, "b", []byte("b"))
	if err := store.Clear(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"b", "c"} {
		if _, err := store.Get(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s after clear: %v", name, err)
		}
	}
	cachePut(t, store, "a", []byte("again"))
	cacheHas(t, store, "a", []byte("again"))
}

func cacheCopies(t *testing.T, store cache.Store) {
	data := append(make([]byte, 0, 64), "given"...)
	cachePut(t, store, "name", data)
	if got := string(data[:cap(data)][5:6]); got != "\x00" {
		t.Error("put writes behind what it was given")
	}
	copy(data, "spoil")
	got, err := store.Get("name")
	if err != nil {
		t.Fatal(err)
	}
	copy(got, "spoil")
	cacheHas(t, store, "name", []byte("given"))
}

func cacheTooMuch(t *testing.T, store cache.Store) {
	cachePut(t, store, "name", []byte("kept"))
	if err := store.Put("name", make([]byte, 2<<20)); err == nil {
		t.Error("two mebibytes are taken")
	}
	cacheHas(t, store, "name", []byte("kept"))
}

// cacheNoMix writes and reads one name from many sides.
func cacheNoMix(t *testing.T, store cache.Store) {
	cachePut(t, store, "name", bytes.Repeat([]byte{0}, 1000))
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 25 {
				if err := store.Put("name", bytes.Repeat([]byte{byte(i)}, 1000*(i+1))); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 25 {
				got, err := store.Get("name")
				if err != nil || len(got)%1000 != 0 || bytes.Count(got, got[:1]) != len(got) {
					t.Errorf("a mix of %d bytes, %v", len(got), err)
				}
			}
		})
	}
	all.Wait()
}

func cachePut(t *testing.T, store cache.Store, name string, data []byte) {
	t.Helper()
	if err := store.Put(name, data); err != nil {
		t.Fatalf("put %q: %v", name, err)
	}
}

func cacheHas(t *testing.T, store cache.Store, name string, want []byte) {
	t.Helper()
	got, err := store.Get(name)
	if err != nil {
		t.Fatalf("get %q: %v", name, err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("get %q: %d bytes, want %d", name, len(got), len(want))
	}
}
