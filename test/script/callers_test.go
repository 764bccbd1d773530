package script_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// named is the host name under which a proxy knows the broker, and nobody else
// does.
const named = "broker.internal.example"

// installation is the front and its partner as they are installed: programs of
// their own, built when the first script asks for them.
type installation struct {
	dir   string
	build func() error
}

func newInstallation(dir string) *installation {
	return &installation{dir, sync.OnceValue(func() error { return build(dir) })}
}

// build reads the sources too: the go command's test cache sees no file that only
// the compiler has read.
func build(dir string) error {
	for _, name := range []string{"kubectl-jit", "jit-token"} {
		sources, err := filepath.Glob("../../cmd/" + name + "/*.go")
		if err != nil || len(sources) == 0 {
			return fmt.Errorf("the sources of %s: %v, %w", name, sources, err)
		}
		for _, source := range sources {
			if _, err := os.ReadFile(source); err != nil {
				return err
			}
		}
	}
	output, err := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "../../cmd/kubectl-jit", "../../cmd/jit-token").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the programs: %w\n%s", err, output)
	}
	return nil
}

// install puts the programs where a script, and any user, can run them: $FRONT is
// the one that clients call.
func (i *installation) install(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(i.build())
	bin := ts.MkAbs("installed")
	ts.Check(os.Mkdir(bin, 0o755))
	programs, err := os.ReadDir(i.dir)
	ts.Check(err)
	for _, program := range programs {
		ts.Check(os.Link(filepath.Join(i.dir, program.Name()), filepath.Join(bin, program.Name())))
	}
	rigOf(ts).set(ts, "FRONT", filepath.Join(bin, "kubectl-jit"))
	// The folders above are this process's alone.
	ts.Check(os.Chmod(filepath.Dir(ts.Getenv("WORK")), 0o711))
}

// startProxy starts a proxy that connects to the broker, which it knows by a name
// of its own, and to nothing else. What it is asked for stands in proxy.log.
// While there is a file "page", that is its answer to everything; while there is a
// file "stall", it answers nothing, and the file "stalled" says that it was asked.
func startProxy(ts *testscript.TestScript, _ bool, _ []string) {
	log, err := os.Create(ts.MkAbs("proxy.log"))
	ts.Check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close(); _ = log.Close() })
	p := &proxy{log: log, folder: ts.MkAbs("."), broker: rigOf(ts).listen}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()
	ts.Setenv("PROXY", listener.Addr().String())
}

type proxy struct {
	log    io.Writer
	folder string
	broker string
}

func (p *proxy) serve(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	asked, err := http.ReadRequest(reader)
	if err != nil {
		return
	}
	user := "nobody"
	if asked.Header.Get("Proxy-Authorization") != "" {
		user = "somebody"
	}
	fmt.Fprintln(p.log, asked.Method, asked.Host, "for", user)
	if _, err := os.Stat(filepath.Join(p.folder, "stall")); err == nil {
		_ = os.WriteFile(filepath.Join(p.folder, "stalled"), []byte("asked\n"), 0o600)
		_, _ = io.Copy(io.Discard, reader) // until the client gives up
		return
	}
	if page, err := os.ReadFile(filepath.Join(p.folder, "page")); err == nil {
		_, _ = conn.Write(page)
		return
	}
	if asked.Method != http.MethodConnect || asked.Host != named+":443" {
		_, _ = io.WriteString(conn, "HTTP/1.1 403 Not on the list\r\nContent-Length: 0\r\n\r\n")
		return
	}
	p.connect(conn, reader)
}

func (p *proxy) connect(conn net.Conn, reader io.Reader) {
	broker, err := net.Dial("tcp", p.broker)
	if err != nil {
		return
	}
	defer broker.Close()
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	go func() { _, _ = io.Copy(broker, reader); _ = broker.Close() }()
	_, _ = io.Copy(conn, broker)
}

// privateCA gives the broker a certificate of a private authority, in place of the
// one that init made, and returns the authority's file.
func privateCA(ts *testscript.TestScript, dir string) string {
	now := time.Now()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a private authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	broker := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: named},
		DNSNames:    []string{named},
		IPAddresses: []net.IP{net.IPv4zero, net.IPv6loopback},
		NotBefore:   now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	brokerKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	write := func(name, kind string, der []byte, err error) string {
		ts.Check(err)
		path := filepath.Join(dir, name)
		ts.Check(os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	der, err := x509.CreateCertificate(rand.Reader, broker, authority, brokerKey.Public(), authorityKey)
	write("tls.crt", "CERTIFICATE", der, err)
	der, err = x509.MarshalPKCS8PrivateKey(brokerKey)
	write("tls.key", "PRIVATE KEY", der, err)
	der, err = x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	return write("ca.crt", "CERTIFICATE", der, err)
}
