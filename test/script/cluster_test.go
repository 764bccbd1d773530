package script_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// cluster answers the questions that our commands ask a cluster, and believes a
// token as EKS does: it calls the presigned URL and asks STS whose it is. The
// real API server and authenticator are in test/sandbox.
type cluster struct {
	name   string
	groups map[string]string // what aws-auth would say: role to group
	sts    *http.Client
	issuer *tenant.Tenant // whose tokens it takes beside EKS's; nil: nobody's

	mu    sync.Mutex
	known map[string]string // ARN of a bearer, by what they sent: the API server remembers for a while, too
}

// startCluster serves the cluster until the server is closed.
func startCluster(ts *testscript.TestScript, account *aws.Server) (*cluster, *httptest.Server) {
	c := &cluster{
		name:   "sandbox",
		known:  map[string]string{},
		groups: map[string]string{"EKS-Pod-Manager": "pod-managers", "BritiveEKSReader": "readers", "EKS-Cluster-Admin": "cluster-admins", "EKS-Deployer": "deployers"},
		sts:    account.Client(),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /apis/authentication.k8s.io/v1/selfsubjectreviews", c.whoami)
	mux.HandleFunc("POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews", c.rules)
	mux.HandleFunc("GET /apis/rbac.authorization.k8s.io/v1/clusterrolebindings", c.bindings)
	mux.HandleFunc("GET /apis/rbac.authorization.k8s.io/v1/rolebindings", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, rbacv1.RoleBindingList{TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "RoleBindingList"}})
	})
	mux.HandleFunc("GET /livez", func(http.ResponseWriter, *http.Request) {})
	c.serve(mux)
	server := httptest.NewUnstartedServer(mux)
	server.EnableHTTP2 = true // as an API server has
	server.StartTLS()
	return c, server
}

// certificate is what a kubeconfig needs to trust the server.
func certificate(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

func (c *cluster) whoami(w http.ResponseWriter, r *http.Request) {
	user, err := c.user(r)
	if err != nil {
		refuse(w, err)
		return
	}
	if r.Header.Get("Impersonate-User") != "" { // which nobody may here
		forbid(w, "groups is forbidden: cannot impersonate")
		return
	}
	answer(w, http.StatusCreated, authenticationv1.SelfSubjectReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "authentication.k8s.io/v1", Kind: "SelfSubjectReview"},
		Status:   authenticationv1.SelfSubjectReviewStatus{UserInfo: user},
	})
}

func (c *cluster) rules(w http.ResponseWriter, r *http.Request) {
	user, err := c.user(r)
	if err != nil {
		refuse(w, err)
		return
	}
	rule := authorizationv1.ResourceRule{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get", "list"}}
	if user.Groups[0] == "pod-managers" {
		rule.Verbs = []string{"*"}
	}
	answer(w, http.StatusCreated, authorizationv1.SelfSubjectRulesReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "authorization.k8s.io/v1", Kind: "SelfSubjectRulesReview"},
		Status:   authorizationv1.SubjectRulesReviewStatus{Incomplete: true, ResourceRules: []authorizationv1.ResourceRule{rule}},
	})
}

// bindings binds the groups that roles are mapped to.
func (c *cluster) bindings(w http.ResponseWriter, _ *http.Request) {
	list := rbacv1.ClusterRoleBindingList{TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "ClusterRoleBindingList"}}
	for _, group := range c.groups {
		list.Items = append(list.Items, rbacv1.ClusterRoleBinding{Subjects: []rbacv1.Subject{{Kind: rbacv1.GroupKind, Name: group}}})
	}
	answer(w, http.StatusOK, list)
}

// user is who the bearer of the token is.
func (c *cluster) user(r *http.Request) (authenticationv1.UserInfo, error) {
	if bearer := r.Header.Get("Authorization"); c.issuer != nil && !strings.HasPrefix(bearer, "Bearer k8s-aws-v1.") {
		return c.claimed(bearer)
	}
	arn, err := c.caller(r)
	if err != nil {
		return authenticationv1.UserInfo{}, err
	}
	parts := strings.Split(arn, "/") // arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
	if len(parts) != 3 || c.groups[parts[1]] == "" {
		return authenticationv1.UserInfo{}, fmt.Errorf("%s is mapped nowhere", arn)
	}
	return authenticationv1.UserInfo{
		Username: parts[2],
		Groups:   []string{c.groups[parts[1]], "system:authenticated"},
		Extra:    map[string]authenticationv1.ExtraValue{"arn": {arn}},
	}, nil
}

// caller asks STS, once for each token.
func (c *cluster) caller(r *http.Request) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bearer := r.Header.Get("Authorization")
	if arn := c.known[bearer]; arn != "" {
		return arn, nil
	}
	arn, err := c.askSTS(r, bearer)
	if err == nil {
		c.known[bearer] = arn
	}
	return arn, err
}

func (c *cluster) askSTS(r *http.Request, bearer string) (string, error) {
	token, ok := strings.CutPrefix(bearer, "Bearer k8s-aws-v1.")
	if !ok {
		return "", errors.New("no token of EKS")
	}
	presigned, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", err
	}
	call, err := http.NewRequestWithContext(r.Context(), http.MethodGet, string(presigned), nil)
	if err != nil {
		return "", err
	}
	call.Header.Set("X-K8s-Aws-Id", c.name)
	call.Header.Set("Accept", "application/json")
	response, err := c.sts.Do(call)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var identity struct {
		GetCallerIdentityResponse struct {
			GetCallerIdentityResult struct{ Arn string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&identity); err != nil {
		return "", err
	}
	return identity.GetCallerIdentityResponse.GetCallerIdentityResult.Arn, nil
}

func refuse(w http.ResponseWriter, err error) {
	answer(w, http.StatusUnauthorized, metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status:   metav1.StatusFailure, Reason: metav1.StatusReasonUnauthorized, Code: http.StatusUnauthorized, Message: "Unauthorized",
		Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Message: err.Error()}}},
	})
}

func forbid(w http.ResponseWriter, text string) {
	answer(w, http.StatusForbidden, metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusFailure,
		Reason: metav1.StatusReasonForbidden, Code: http.StatusForbidden, Message: text,
	})
}

func answer(w http.ResponseWriter, status int, object any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(object)
}
