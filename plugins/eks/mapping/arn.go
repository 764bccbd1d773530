package mapping

import (
	"regexp"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

var (
	// roleARN is the ARN of an IAM role: partition, account, path and name. A name
	// may hold letters, digits and _+=,.@-; a path any printable ASCII between
	// slashes, of which this takes what ARNs are seen with.
	roleARN = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::(\d{12}):role/((?:[!-.0-~]+/)*)([\w+=,.@-]{1,64})$`)

	// sessionARN is the ARN of an assumed role: STS leaves the role's path out.
	sessionARN = regexp.MustCompile(`^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/((?:[!-.0-~]+/)*)([\w+=,.@-]{1,64})/[\w+=,.@-]{2,64}$`)
)

// Role is the role that an ARN means, in the one form in which clusters compare
// it: an assumed role becomes its IAM role, and the path is left out, as STS leaves
// it out. Codes: invalid (no ARN of a role).
func Role(arn string) (string, error) {
	for _, form := range []*regexp.Regexp{roleARN, sessionARN} {
		if found := form.FindStringSubmatch(arn); found != nil {
			return "arn:" + found[1] + ":iam::" + found[2] + ":role/" + found[4], nil
		}
	}
	return "", jit.Errorf(jit.Invalid, "", "%q is not the ARN of a role, such as arn:aws:iam::196226166352:role/EKS-Pod-Manager", arn)
}

// SameRole reports whether two ARNs mean one role: sessions, paths and case do not
// count. What is no ARN of a role means none.
func SameRole(a, b string) bool {
	first, err := Role(strings.ToLower(a))
	if err != nil {
		return false
	}
	second, err := Role(strings.ToLower(b))
	return err == nil && first == second
}
