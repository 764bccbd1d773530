package brokerd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// listen opens the listener and tells its address. An address file of an earlier
// run is taken away first, so that nobody is sent there.
func (s *serve) listen(ctx context.Context, c config) (net.Listener, error) {
	const op = "listen"
	if s.addressFile != "" {
		if err := os.Remove(s.addressFile); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, jit.Errorf(jit.Invalid, op, "%w", err)
		}
	}
	pair, err := tls.LoadX509KeyPair(c.TLS.Certificate, c.TLS.Key)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%s, %s: %w", c.TLS.Certificate, c.TLS.Key, err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	if s.addressFile != "" {
		if err := replaceFile(s.addressFile, []byte(addressOf(listener)+"\n")); err != nil {
			return nil, jit.Errorf(jit.Invalid, op, "%w", errors.Join(err, listener.Close()))
		}
	}
	return tls.NewListener(listener, &tls.Config{
		Certificates: []tls.Certificate{pair},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
	}), nil
}

// addressOf is a URL that reaches the listener from this machine.
func addressOf(listener net.Listener) string {
	address, ok := listener.Addr().(*net.TCPAddr)
	if ok && address.IP.IsUnspecified() {
		return fmt.Sprintf("https://localhost:%d", address.Port)
	}
	return "https://" + listener.Addr().String()
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
