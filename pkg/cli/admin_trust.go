package cli

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// trustPolicy says who may assume a role, as IAM writes it.
type trustPolicy struct {
	Version   string
	Statement []trustStatement
}

type trustStatement struct {
	Effect    string
	Principal map[string]string
	Action    []string
	Condition map[string]map[string]any
}

// trust asks for one statement: from a SAML provider, or from a principal with an
// external id.
type trust struct {
	samlProvider string   // ARN, or
	principal    string   // ARN
	recipients   []string // of assertions; empty: the partition's sign-in address
	issuer       string   // entity id of the provider; empty: any that its metadata names
	externalID   string
}

var (
	providerARN  = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::(\d{12}):saml-provider/[\w.-]{1,128}$`)
	principalARN = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::(\d{12}):(?:root|role/[!-~]+|user/[!-~]+)$`)
)

// signInAddress is where a partition takes SAML assertions. The condition key
// SAML:aud is compared with the assertion's recipient, which is this address.
func signInAddress(partition string) (string, error) {
	switch partition {
	case "aws":
		return "https://signin.aws.amazon.com/saml", nil
	case "aws-cn":
		return "https://signin.amazonaws.cn/saml", nil
	case "aws-us-gov":
		return "https://signin.amazonaws-us-gov.com/saml", nil
	}
	return "", jit.Errorf(jit.Invalid, "", "the sign-in address of partition %q is not known here: give --recipient", partition)
}

// policy writes the trust policy, and tells the partition and account of its
// principal. Without sts:TagSession and sts:SetSourceIdentity, AWS refuses the
// whole call of a broker that sends tags and says who the person is.
func (t trust) policy() (policy trustPolicy, partition, account string, err error) {
	statement := trustStatement{Effect: "Allow"}
	switch {
	case (t.samlProvider == "") == (t.principal == ""):
		return policy, "", "", jit.Errorf(jit.Invalid, "", "one of --saml-provider and --principal must be given")
	case t.samlProvider != "":
		found := providerARN.FindStringSubmatch(t.samlProvider)
		if found == nil {
			return policy, "", "", jit.Errorf(jit.Invalid, "", "%q is not the ARN of a SAML provider, such as arn:aws:iam::196226166352:saml-provider/jit-broker", t.samlProvider)
		}
		if t.externalID != "" {
			return policy, "", "", jit.Errorf(jit.Invalid, "", "--external-id goes with --principal")
		}
		partition, account = found[1], found[2]
		statement.Principal = map[string]string{"Federated": t.samlProvider}
		statement.Action = []string{"sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"}
		if statement.Condition, err = t.samlCondition(partition); err != nil {
			return policy, "", "", err
		}
	default:
		found := principalARN.FindStringSubmatch(t.principal)
		switch {
		case found == nil:
			return policy, "", "", jit.Errorf(jit.Invalid, "", "%q is not the ARN of a role, a user or an account's root", t.principal)
		case len(t.recipients) > 0 || t.issuer != "":
			return policy, "", "", jit.Errorf(jit.Invalid, "", "--recipient and --issuer go with --saml-provider")
		case !jit.ValidExternalID(t.externalID):
			return policy, "", "", jit.Errorf(jit.Invalid, "", "--external-id is missing, or is not 2 to 1224 letters, digits and _+=,.@:/-: without one, whoever can make that principal call AWS comes in")
		}
		partition = found[1]
		statement.Principal = map[string]string{"AWS": t.principal}
		statement.Action = []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}
		statement.Condition = map[string]map[string]any{"StringEquals": {"sts:ExternalId": t.externalID}}
	}
	return trustPolicy{Version: "2012-10-17", Statement: []trustStatement{statement}}, partition, account, nil
}

func (t trust) samlCondition(partition string) (map[string]map[string]any, error) {
	equals := map[string]any{}
	switch len(t.recipients) {
	case 0:
		address, err := signInAddress(partition)
		if err != nil {
			return nil, err
		}
		equals["SAML:aud"] = address
	case 1:
		equals["SAML:aud"] = t.recipients[0]
	default:
		equals["SAML:aud"] = t.recipients
	}
	if t.issuer != "" {
		equals["SAML:iss"] = t.issuer
	}
	return map[string]map[string]any{"StringEquals": equals}, nil
}

// indent writes JSON as IAM's console shows it.
func indent(object any) (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(object)
	return b.String(), err
}

// mergeTrust puts our statement into the policy that a role has: in the place of
// those that allow the same principal, else at the end. All others stay. It returns
// both policies in one form of writing.
func mergeTrust(now string, ours trustPolicy) (before, after string, err error) {
	const op = "read the trust policy"
	read := func(text string) (map[string]any, []any, error) {
		var policy map[string]any
		if err := json.Unmarshal([]byte(text), &policy); err != nil {
			return nil, nil, jit.Errorf(jit.Invalid, op, "%w", err)
		}
		if one, ok := policy["Statement"].(map[string]any); ok {
			return policy, []any{one}, nil
		}
		statements, _ := policy["Statement"].([]any)
		return policy, statements, nil
	}
	written, err := json.Marshal(ours)
	if err != nil {
		return "", "", err
	}
	_, wanted, err := read(string(written))
	if err != nil {
		return "", "", err
	}
	policy, statements, err := read(now)
	if err != nil {
		return "", "", err
	}
	if before, err = indent(policy); err != nil {
		return "", "", err
	}
	policy["Statement"] = mergeStatements(statements, wanted[0].(map[string]any))
	after, err = indent(policy)
	return before, after, err
}

func mergeStatements(statements []any, ours map[string]any) []any {
	var merged []any
	placed := false
	for _, other := range statements {
		statement, _ := other.(map[string]any)
		same := statement["Effect"] == "Allow" && reflect.DeepEqual(statement["Principal"], ours["Principal"])
		switch {
		case !same:
			merged = append(merged, other)
		case !placed:
			merged, placed = append(merged, ours), true
		}
	}
	if !placed {
		merged = append(merged, ours)
	}
	return merged
}
