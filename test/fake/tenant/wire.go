package tenant

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
)

// Wire carries HTTP to the tenant within the process: a network would stop the
// clock of testing/synctest.
func (t *Tenant) Wire() http.RoundTripper { return wire{t} }

type wire struct{ http.Handler }

// RoundTrip implements [http.RoundTripper].
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	type outcome struct {
		recorded *httptest.ResponseRecorder
		aborted  bool
	}
	done := make(chan outcome, 1)
	served := r.Clone(r.Context())
	served.RequestURI, served.RemoteAddr, served.Host = r.URL.RequestURI(), "192.0.2.7:1234", r.URL.Host
	if served.Body == nil {
		served.Body = http.NoBody
	}
	go func() {
		o := outcome{recorded: httptest.NewRecorder()}
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				o.aborted = true
			}
			done <- o
		}()
		w.ServeHTTP(o.recorded, served)
	}()
	select {
	case o := <-done:
		response := o.recorded.Result()
		switch {
		case o.aborted && o.recorded.Body.Len() == 0:
			return nil, fmt.Errorf("round trip: %w", io.ErrUnexpectedEOF)
		case o.aborted:
			response.Body = io.NopCloser(io.MultiReader(response.Body, broken{}))
		}
		return response, nil
	case <-r.Context().Done():
		return nil, fmt.Errorf("round trip: %w", r.Context().Err())
	}
}

// broken is the rest of an answer whose connection ended.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
