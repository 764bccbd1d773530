package kubeconfig

import (
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Connect says how kubectl would connect through a context, "" being the current
// one: with whatever credentials its user entry has, an exec provider of somebody
// else's included. Codes: invalid (client-go cannot make sense of the entry).
func (f *Files) Connect(context string) (*rest.Config, error) {
	rules := &clientcmd.ClientConfigLoadingRules{Precedence: f.paths}
	if f.explicit {
		rules = &clientcmd.ClientConfigLoadingRules{ExplicitPath: f.paths[0]}
	}
	overrides := &clientcmd.ConfigOverrides{CurrentContext: context}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, "read the kubeconfig", "%w", err)
	}
	return config, nil
}
