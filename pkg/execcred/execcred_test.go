package execcred_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/pkg/apis/clientauthentication"
	"k8s.io/client-go/pkg/apis/clientauthentication/install"

	"github.com/kubectl-jit/kubectl-jit/pkg/execcred"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const token = "k8s-aws-v1.aHR0cHM6Ly9zdHM_eA"

// codecs are client-go's own, as in its plugin/pkg/client/auth/exec.
func codecs() serializer.CodecFactory {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	return serializer.NewCodecFactory(scheme)
}

func version(t *testing.T, text string) schema.GroupVersion {
	t.Helper()
	parsed, err := schema.ParseGroupVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestWithClientGo asks as client-go does and reads the answer as it does.
func TestWithClientGo(t *testing.T) {
	for _, apiVersion := range []string{held.V1, held.V1beta1} {
		for _, interactive := range []bool{false, true} {
			asked := &clientauthentication.ExecCredential{Spec: clientauthentication.ExecCredentialSpec{
				Interactive: interactive,
				Cluster:     &clientauthentication.Cluster{Server: "https://127.0.0.1:6443", CertificateAuthorityData: []byte("x")},
			}}
			env, err := runtime.Encode(codecs().LegacyCodec(version(t, apiVersion)), asked)
			if err != nil {
				t.Fatal(err)
			}
			asks, err := execcred.Parse(string(env))
			if err != nil || asks != apiVersion {
				t.Fatalf("%s: parsed %q, %v", env, asks, err)
			}
			if fast, ok := held.Version(string(env)); fast != apiVersion || !ok {
				t.Errorf("the front reads %q, %v of %s", fast, ok, env)
			}
			var out bytes.Buffer
			expires := time.Now().Add(14 * time.Minute)
			if err := execcred.Write(&out, asks, jit.Token{Value: jit.NewSecret(token), Expires: expires}); err != nil {
				t.Fatal(err)
			}
			answered := &clientauthentication.ExecCredential{}
			_, kind, err := codecs().UniversalDecoder(version(t, apiVersion)).Decode(out.Bytes(), nil, answered)
			if err != nil {
				t.Fatal(err)
			}
			if kind.GroupVersion() != version(t, apiVersion) || answered.Status == nil || answered.Status.Token != token {
				t.Errorf("client-go reads %v %+v", kind, answered.Status)
			}
			if got := answered.Status.ExpirationTimestamp; got == nil || !got.Time.Equal(expires.Truncate(time.Second)) {
				t.Errorf("client-go reads the end %v, want %v", got, expires)
			}
		}
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, env string
		want      string
		says      string // in the error; empty means none
	}{
		{"by hand", "", held.V1, ""},
		{"another order", `{"spec":{"interactive":true,"future":1},"apiVersion":"` + held.V1beta1 + `","kind":"ExecCredential"}`,
			held.V1beta1, ""},
		{"no spec", `{"kind":"ExecCredential","apiVersion":"` + held.V1 + `"}`, held.V1, ""},
		{"v1alpha1", `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"}`, "", `"client.authentication.k8s.io/v1alpha1"`},
		{"a later version", `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v2"}`, "", `"client.authentication.k8s.io/v2"`},
		{"no version", `{"kind":"ExecCredential"}`, "", `apiVersion ""`},
		{"another kind", `{"kind":"Pod","apiVersion":"` + held.V1 + `"}`, "", `"Pod"`},
		{"cut short", `{"kind":"ExecCredential","apiVersion":"` + held.V1, "", "not what client-go sets"},
		{"two documents", `{"kind":"ExecCredential","apiVersion":"` + held.V1 + `"} {}`, "", "not what client-go sets"},
		{"another type", `{"kind":"ExecCredential","apiVersion":1}`, "", "not what client-go sets"},
		{"garbage", "x", "", "not what client-go sets"},
	}
	for _, tt := range tests {
		got, err := execcred.Parse(tt.env)
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if tt.says == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if jit.CodeOf(err) != jit.Invalid || jit.NextOf(err) != "kubectl jit login" || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v, next %q", tt.name, err, jit.NextOf(err))
		}
	}
}

// TestWriteRefuses holds that nothing is written that a client could not use for
// ten seconds.
func TestWriteRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		tests := []struct {
			name  string
			token jit.Token
			code  jit.Code
		}{
			{"ended", jit.Token{Value: jit.NewSecret(token), Expires: now.Add(-time.Second)}, jit.Unavailable},
			{"about to end", jit.Token{Value: jit.NewSecret(token), Expires: now.Add(10 * time.Second)}, jit.Unavailable},
			{"no end", jit.Token{Value: jit.NewSecret(token)}, jit.Unavailable},
			{"no token", jit.Token{Expires: now.Add(time.Minute)}, jit.Internal},
			{"no bearer token", jit.Token{Value: jit.NewSecret("a\nb"), Expires: now.Add(time.Minute)}, jit.Internal},
			{"good", jit.Token{Value: jit.NewSecret(token), Expires: now.Add(11 * time.Second)}, ""},
		}
		for _, tt := range tests {
			var out bytes.Buffer
			err := execcred.Write(&out, held.V1, tt.token)
			if jit.CodeOf(err) != tt.code || (out.Len() == 0) != (err != nil) {
				t.Errorf("%s: error %v, wrote %q", tt.name, err, out.String())
			}
			if err != nil && strings.Contains(err.Error(), token) {
				t.Errorf("%s: the error shows the token", tt.name)
			}
		}
	})
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, errClosed }

var errClosed = errors.New("closed")

func TestNobodyListens(t *testing.T) {
	err := execcred.Write(closed{}, held.V1, jit.Token{Value: jit.NewSecret(token), Expires: time.Now().Add(time.Minute)})
	if !errors.Is(err, errClosed) {
		t.Errorf("error %v", err)
	}
}
