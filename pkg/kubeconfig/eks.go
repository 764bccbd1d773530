package kubeconfig

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

var (
	// clusterARN is how aws eks update-kubeconfig names all three entries.
	clusterARN = regexp.MustCompile(`arn:aws[a-z-]*:eks:([a-z0-9-]+):\d{12}:cluster/([A-Za-z0-9][A-Za-z0-9_-]*)`)

	// eksctlName is how eksctl does: NAME.REGION.eksctl.io, its contexts and users
	// with somebody in front: me@NAME.REGION.eksctl.io.
	eksctlName = regexp.MustCompile(`(?:^|@)([A-Za-z0-9][A-Za-z0-9_-]*)\.([a-z]{2,}(?:-[a-z]+)+-\d+)\.eksctl\.io$`)

	// endpoint is the host of an EKS API server, in every partition; the second
	// form is that of clusters that speak IPv6. The name of the cluster is not in
	// it.
	endpoint = regexp.MustCompile(`\.([a-z0-9-]+)\.eks\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$` +
		`|\.eks(?:-cluster)?\.([a-z0-9-]+)\.(?:api\.aws|api\.amazonwebservices\.com\.cn)$`)
)

// EKS says which EKS cluster an entry leads to. It asks nobody: name and region
// come from what the names of the entries say, then from the arguments of the
// exec provider (ours, the AWS CLI's, aws-iam-authenticator's), then from the
// address of the API server, which tells the region only, and from the provider's
// environment. Name or region is empty where nothing tells it; false means both.
func (f *Files) EKS(e Entry) (jit.Cluster, bool) {
	var c jit.Cluster
	for _, name := range []string{e.Cluster, e.Context, e.User} {
		complete(&c, byName(name))
	}
	if e.Exec != nil {
		complete(&c, byArgs(*e.Exec))
	}
	complete(&c, jit.Cluster{Region: byEndpoint(e.Server)})
	if e.Exec != nil {
		complete(&c, jit.Cluster{Region: e.Exec.Env["AWS_REGION"]})
		complete(&c, jit.Cluster{Region: e.Exec.Env["AWS_DEFAULT_REGION"]})
	}
	return c, c != jit.Cluster{}
}

// complete fills in what is not known yet. A name is taken together with its
// region only when they do not contradict what is known.
func complete(c *jit.Cluster, more jit.Cluster) {
	if c.Name == "" && (c.Region == "" || more.Region == "" || more.Region == c.Region) {
		c.Name = more.Name
	}
	if c.Region == "" && (more.Name == "" || more.Name == c.Name) {
		c.Region = more.Region
	}
}

func byName(name string) jit.Cluster {
	if found := clusterARN.FindStringSubmatch(name); found != nil {
		return jit.Cluster{Name: found[2], Region: found[1]}
	}
	if found := eksctlName.FindStringSubmatch(name); found != nil {
		return jit.Cluster{Name: found[1], Region: found[2]}
	}
	return jit.Cluster{}
}

func byEndpoint(server string) string {
	u, err := url.Parse(server)
	if err != nil {
		return ""
	}
	found := endpoint.FindStringSubmatch(strings.ToLower(u.Hostname()))
	if found == nil {
		return ""
	}
	return found[1] + found[2]
}

// byArgs reads the flags of the programs that make EKS tokens. A wrapper, such
// as "aws-vault exec P -- aws eks get-token", is looked through.
func byArgs(x Exec) jit.Cluster {
	words := append([]string{x.Command}, x.Args...)
	flags := map[string]string{}
	verb := ""
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == getToken || word == "token":
			verb = word
		case strings.HasPrefix(word, "-"):
			name, value, joined := strings.Cut(word, "=")
			if !joined && i+1 < len(words) {
				value = words[i+1]
			}
			flags[name] = value
		}
	}
	first := func(names ...string) string {
		for _, name := range names {
			if value := flags[name]; value != "" && !strings.HasPrefix(value, "-") {
				return value
			}
		}
		return ""
	}
	c := jit.Cluster{Region: first("--region")}
	switch {
	case x.Ours():
		c.Name = first("--cluster")
	case verb == getToken && strings.Contains(strings.Join(words, " "), "eks "+getToken):
		c.Name = first("--cluster-name", "--cluster-id")
	case verb == "token" && strings.Contains(strings.Join(words, " "), "aws-iam-authenticator"):
		c.Name = first("-i", "--cluster-id")
	default:
		return jit.Cluster{}
	}
	if found := byName(c.Name); found.Name != "" {
		complete(&found, jit.Cluster{Region: c.Region})
		return found
	}
	return c
}
