package eks

import (
	"fmt"
	"slices"
	"strings"
)

// partition is one of AWS's separate clouds.
type partition struct {
	prefix string // of its regions' names
	suffix string // of its services' host names
}

// partitions lists those beside the one that everybody knows: aws-cn,
// aws-us-gov, aws-iso and its sisters, aws-eusc, as the SDK's
// internal/endpoints/awsrulesfn/partitions.json has them.
func partitions() []partition {
	return []partition{
		{"cn-", "amazonaws.com.cn"},
		{"us-gov-", "amazonaws.com"},
		{"us-iso-", "c2s.ic.gov"},
		{"us-isob-", "sc2s.sgov.gov"},
		{"us-isof-", "csp.hci.ic.gov"},
		{"eu-isoe-", "cloud.adc-e.uk"},
		{"eusc-", "amazonaws.eu"},
	}
}

// STSHost is the regional STS host that every verifier of the region's partition
// accepts. VPC endpoints, dual stack and overrides are refused there, so none of
// them is ever taken.
func STSHost(region string) (string, error) {
	if region == "" {
		return "", fmt.Errorf("the AWS region is missing: give --region")
	}
	if !plausible(region) {
		return "", fmt.Errorf("%q is not the name of an AWS region", region)
	}
	others := partitions()
	i := slices.IndexFunc(others, func(p partition) bool { return strings.HasPrefix(region, p.prefix) })
	if i < 0 {
		return "sts." + region + ".amazonaws.com", nil
	}
	return "sts." + region + "." + others[i].suffix, nil
}

// CheckRegion says what is wrong with the name of an AWS region, if anything.
func CheckRegion(region string) error {
	_, err := STSHost(region)
	return err
}

// plausible reports whether a text is formed like "eu-central-1". A region that
// is newer than this program is as good as any; a text that could lead the
// request elsewhere is not.
func plausible(region string) bool {
	parts := strings.Split(region, "-")
	if len(parts) < 3 {
		return false
	}
	for i, part := range parts {
		low, high := 'a', 'z'
		if i == len(parts)-1 {
			low, high = '0', '9'
		}
		if part == "" || strings.ContainsFunc(part, func(r rune) bool { return r < low || r > high }) {
			return false
		}
	}
	return true
}
