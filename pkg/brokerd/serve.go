package brokerd

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// longestAnswer bounds an answer's time; it leaves room for a long poll.
	longestAnswer = time.Minute

	// farewell is how long running answers may take once the end was asked for.
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
		Args:    cobra.NoArgs,
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
	engine, ledger, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	listener, err := s.listen(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer func() { cancel(); background.Wait() }()
	background.Go(func() { settle(ctx, engine, log) })
	background.Go(func() { reloadOnHangup(ctx, engine, c.Catalog, log) })
	return s.answer(ctx, listener, handler(engine, c, log), log)
}

// listen opens the listener and tells its address.
func (s *serve) listen(c config) (net.Listener, error) {
	const op = "listen"
	pair, err := tls.LoadX509KeyPair(c.TLS.Certificate, c.TLS.Key)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	if s.addressFile != "" {
		address := "https://" + listener.Addr().String()
		if err := replaceFile(s.addressFile, []byte(address+"\n")); err != nil {
			return nil, jit.Errorf(jit.Invalid, op, "%w", errors.Join(err, listener.Close()))
		}
	}
	return tls.NewListener(listener, &tls.Config{
		Certificates: []tls.Certificate{pair},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
	}), nil
}

// handler puts the health checks beside the API.
func handler(engine *broker.Engine, c config, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", britiveapi.Handler(engine, britiveapi.Options{Features: c.Features, Log: log}))
	mux.HandleFunc("GET /healthz", ok)
	mux.HandleFunc("GET /readyz", ok)
	return mux
}

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }

// answer serves until ctx ends, and lets running answers finish.
func (s *serve) answer(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      longestAnswer,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return ctx },
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
	if err := server.Shutdown(soon); err != nil {
		return server.Close()
	}
	return nil
}

// reloadOnHangup loads the catalog again at each SIGHUP, until ctx ends.
func reloadOnHangup(ctx context.Context, engine *broker.Engine, path string, log *slog.Logger) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			reload(engine, path, log)
		}
	}
}

func reload(engine *broker.Engine, path string, log *slog.Logger) {
	declared, err := catalog.Load(path)
	if err != nil {
		log.Error("the catalog is refused, the old one stays", "error", err.Error())
		return
	}
	engine.SetCatalog(declared)
	log.Info("the catalog is loaded again", "version", declared.Version())
}

// replaceFile writes a file by rename, so that who waits for it never reads half.
func replaceFile(path string, text []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(text)
	if err = errors.Join(err, temporary.Close()); err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	if err := os.Rename(temporary.Name(), path); err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}
