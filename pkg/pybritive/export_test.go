package pybritive

import "strings"

// What the tests look at from outside.

var (
	Unseal            = unseal
	Fernet            = fernet
	MachinePassphrase = machinePassphrase
)

// ParseINI returns sections, keys and values in their order.
func ParseINI(text string) ([][]string, error) {
	sections, err := parseINI("f", text)
	var all [][]string
	for _, s := range sections {
		words := []string{s.name}
		for _, e := range s.entries {
			words = append(words, e.key, e.value)
		}
		all = append(all, words)
	}
	return all, err
}

// FormatINI writes what [ParseINI] returns, a value of several lines further in.
func FormatINI(sections [][]string) string {
	var b strings.Builder
	for _, s := range sections {
		b.WriteString("[" + s[0] + "]\n")
		for i := 1; i < len(s); i += 2 {
			b.WriteString(s[i] + "=" + strings.ReplaceAll(s[i+1], "\n", "\n\t") + "\n")
		}
	}
	return b.String()
}
