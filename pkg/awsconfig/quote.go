package awsconfig

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
)

// plain is a word that no reader of the command line takes apart.
var plain = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// quote joins words to a command line that means the same to everybody who reads
// it: the AWS CLI splits it like a POSIX shell, the Go SDK gives it to sh or
// cmd.exe. What these do not agree on is refused. The rule of AWS is to put words
// with blanks into double quotes:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
func quote(words []string) (string, error) {
	quoted := make([]string, len(words))
	for i, word := range words {
		if plain.MatchString(word) {
			quoted[i] = word
			continue
		}
		if strings.ContainsAny(word, "\"$`\r\n\x00") || strings.Contains(word, `\`) && runtime.GOOS != "windows" {
			return "", fmt.Errorf("%q has a character that an AWS configuration cannot hold", word)
		}
		quoted[i] = `"` + word + `"`
	}
	line := strings.Join(quoted, " ")
	for _, comment := range []string{" #", " ;", "\t#", "\t;"} {
		if strings.Contains(line, comment) {
			return "", fmt.Errorf("%q would begin a comment in an AWS configuration", comment)
		}
	}
	if strings.HasPrefix(line, `"`) && strings.HasSuffix(line, `"`) {
		// The Go SDK takes a value that begins and ends with a quote for one
		// quoted text. "/one two" and /"one two" are the same word to all.
		if !plain.MatchString(line[1:2]) {
			return "", fmt.Errorf("%q cannot begin a command in an AWS configuration", words[0])
		}
		line = line[1:2] + `"` + line[2:]
	}
	return line, nil
}
