package brokerd

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

const (
	// longestAnswer bounds the time from a request's first byte to its answer's
	// last. It leaves room for a long poll: net/http ends a handler's context
	// when the time for reading is over, even if all was read.
	longestAnswer = britiveapi.LongestWait + 30*time.Second

	// Once the end was asked for, running answers may take grace; then those that
	// wait for something are told to stop, and at farewell the rest is cut off.
	grace    = 500 * time.Millisecond
	farewell = 1500 * time.Millisecond
)

type serve struct {
	stderr      io.Writer
	config      string
	addressFile string
	version     string
}

func newServe(stderr io.Writer, version string) *cobra.Command {
	s := serve{stderr: stderr, version: version}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the broker",
		Long: `Run the broker in the foreground. The log goes to stderr, as JSON. SIGHUP reloads
the catalog; a catalog with a mistake is refused as a whole and the old one stays.`,
		Example: `  jit-broker serve --config broker/broker.yaml`,
		Args:    usage.Wants(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.run(cmd.Context()) },
	}
	configFlag(cmd, &s.config)
	cmd.Flags().StringVar(&s.addressFile, "address-file", "", "write the URL to this file once the broker listens")
	return cmd
}

func (s *serve) run(ctx context.Context) (err error) {
	c, err := readConfig(s.config)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(s.stderr, nil))
	c.warnOfReaders(log)
	reloads, stop := hangups()
	defer stop()
	engine, ledger, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	listener, err := s.listen(ctx, c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer func() { cancel(); background.Wait() }()
	background.Go(func() { settle(ctx, engine, log) })
	background.Go(func() { reloadWhenAsked(ctx, reloads, engine, c.Catalog, log) })
	return s.answer(ctx, listener, handler(engine, ledger, c, log), log)
}

// withAddress notes where a call comes from: the peer. A header could say anything.
func withAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
			r = r.WithContext(broker.From(r.Context(), peer.Addr().Unmap()))
		}
		next.ServeHTTP(w, r)
	})
}

// handler puts the health checks beside the API. A broker is healthy as long as
// it answers, and ready when its ledger does.
func handler(engine *broker.Engine, ledger broker.Store, c config, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", withAddress(britiveapi.Handler(engine, britiveapi.Options{Features: c.Features, Log: log})))
	mux.HandleFunc("GET /healthz", ok)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := ledger.View(r.Context(), readNothing); err != nil {
			log.Error("not ready", "error", err.Error())
			http.Error(w, "the ledger does not answer", http.StatusServiceUnavailable)
			return
		}
		ok(w, r)
	})
	return mux
}

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }

// readNothing is the least that makes the ledger look into its file.
func readNothing(tx broker.Tx) error {
	_, err := tx.Events(math.MaxInt64, 1)
	return err
}

// answer serves until ctx ends, and lets running answers finish.
func (s *serve) answer(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       longestAnswer,
		WriteTimeout:      longestAnswer,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return running },
	}
	log.Info("listening", "address", listener.Addr().String(), "version", s.version)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return jit.Errorf(jit.Unavailable, "serve", "%w", err)
	case <-ctx.Done():
	}
	log.Info("ending")
	soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	defer time.AfterFunc(grace, stop).Stop()
	if err := server.Shutdown(soon); err != nil {
		return server.Close()
	}
	return nil
}
