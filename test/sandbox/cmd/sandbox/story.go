package main

// step is one command of the story, and what must come of it.
type step struct {
	say    string   // what a reader should know first
	user   string   // who types it; alice when empty
	types  string   // as it is typed
	fails  bool     // it must end with an error
	answer string   // the one line that stdout and stderr together must be, where it is said
	want   []string // texts that stdout and stderr together must hold
	behind string   // keeps running: by this name it is waited for later
	wait   string   // waits for the command of that name instead of typing one
}

// story is what the demo shows, from top to bottom.
func story() []step {
	return []step{
		{say: "Alice owns an application on EKS. She has no standing access: the cluster refuses what her kubeconfig offers.",
			types: "kubectl get nodes -o wide", fails: true, want: []string{"You must be logged in to the server"}},

		{say: "Once: a name for the profile.",
			types: `kubectl jit alias set eks-pod-manager "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager"`},
		{say: "Daily: check the profile out and log in, in the context that `aws eks update-kubeconfig` once wrote.",
			types: "kubectl jit login eks-pod-manager", want: []string{"alice@example.com", "sandbox"}},
		{say: "From now on it is plain kubectl.",
			types: "kubectl get pods --all-namespaces", want: []string{"web-1", "checkout-7f6d"}},
		{types: "kubectl jit whoami", want: []string{"alice@example.com", "pod-managers", "assumed-role/EKS-Pod-Manager/alice@example.com"}},

		{say: "The same checkout serves the AWS CLI and SDKs. (aws stands in for the AWS CLI here; it reads the same files.)",
			types: "kubectl jit aws-credential-process --write eks-pod-manager"},
		{types: "aws sts get-caller-identity --profile eks-pod-manager",
			want: []string{`"arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com"`}},

		{say: "What may she do?", types: "kubectl auth can-i list pods", answer: "yes"},
		{types: "kubectl auth can-i patch pods", answer: "yes"},
		{types: "kubectl auth can-i list services", fails: true, answer: "no"},
		{types: "kubectl auth can-i list secrets", fails: true, answer: "no"},
		{types: "kubectl auth can-i create secrets", fails: true, answer: "no"},
		{types: "kubectl jit can-i", want: []string{"pods"}},

		{say: "Mallory is in no policy: for her there is no such profile.",
			user: "mallory", types: "kubectl jit login eks-pod-manager", fails: true, want: []string{"EKS Pod Manager"}},

		{say: "The admin profile asks for a justification and for bob's approval. Alice waits.",
			types:  `kubectl jit login eks-admin --new-context admin --justification "change 4711: rotate the ingress certificate"`,
			behind: "admin", want: []string{"bob@example.com", "alice@example.com"}},
		{user: "bob", types: "kubectl jit requests", want: []string{"alice@example.com", "change 4711"}},
		{say: "Nobody approves their own request.",
			types: "kubectl jit approve $(kubectl jit requests -o name)", fails: true, want: []string{"nobody decides their own request"}},
		{say: "Bob approves, and Alice's waiting login goes on.",
			user: "bob", types: `kubectl jit approve $(kubectl jit requests -o name) --comment "go ahead"`, want: []string{"approved"}},
		{wait: "admin"},
		{types: "kubectl --context admin auth can-i create secrets", answer: "yes"},
		{types: "kubectl jit status", want: []string{"EKS Pod Manager", "EKS Cluster Admin"}},

		{say: "Give it back. What a copied token could still do is said.",
			types: "kubectl jit checkin eks-pod-manager", want: []string{"copied"}},
		{say: "From here on nothing is issued, until the next login.",
			types: "kubectl get pods", fails: true, want: []string{"kubectl jit login"}},
	}
}
