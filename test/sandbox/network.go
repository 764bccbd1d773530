package sandbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// Ports are taken from below the range that systems give to outgoing connections
// and to listeners on port 0, so that nobody gets one between its being found and
// its being used.
const (
	lowestPort  = 20000
	highestPort = 32000
)

// freePorts returns ports of 127.0.0.1 that nobody listens on.
func freePorts(n int) ([]int, error) {
	var ports []int
	var last error
	for tries := 0; len(ports) < n; tries++ {
		if tries > 1000 {
			return nil, fmt.Errorf("no free port between %d and %d: %w", lowestPort, highestPort, last)
		}
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			last = err
			continue
		}
		defer listener.Close() // all are held until all are found, so that they differ
		ports = append(ports, port)
	}
	return ports, nil
}

// client speaks to a server of ours, past any proxy, and trusts the one CA.
func client(caFile string) (*http.Client, error) {
	ca, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{Proxy: nil, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots}}
	return &http.Client{Transport: transport, Timeout: 2 * time.Second}, nil
}

// answers returns a question for process.wait: does the URL answer with 200? The
// CA may be a file that the server has still to write.
func answers(url, caFile, bearer string) func(context.Context) error {
	return func(ctx context.Context) error {
		web, err := client(caFile)
		if err != nil {
			return err
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if bearer != "" {
			request.Header.Set("Authorization", "Bearer "+bearer)
		}
		response, err := web.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", url, response.Status)
		}
		return nil
	}
}
