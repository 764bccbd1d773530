package held

import "crypto/sha256"

const hexDigits = "0123456789abcdef"

// Name is the file name of the token that an exec entry holds: a digest of
// everything that decides whose token it is. These are the arguments after
// "get-token" (tenant, profile, cluster, region), the folder of our
// configuration, and the API token where the environment gives one, which stands
// for the person. Signing in as somebody else empties the folder instead.
//
// Arguments that leave something to the configuration (an alias, the default
// tenant) name a token that ends to be right when the configuration changes: who
// writes must hold nothing for them.
func Name(args []string, configDir, apiToken string) string {
	// None of the texts can hold a NUL: they come from argv and the environment.
	text := append([]byte("kubectl-jit/1\x00"), configDir...)
	text = append(append(text, 0), apiToken...)
	for _, arg := range args {
		text = append(append(text, 0), arg...)
	}
	sum := sha256.Sum256(text)
	name := make([]byte, 0, 2*len(sum))
	for _, b := range sum {
		name = append(name, hexDigits[b>>4], hexDigits[b&15])
	}
	return string(name)
}
