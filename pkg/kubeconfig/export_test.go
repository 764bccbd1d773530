package kubeconfig

import "go.yaml.in/yaml/v3"

// ParseBoth parses a file as a whole and in pieces; the second is nil where it
// cannot be cut.
func ParseBoth(data []byte) (whole, inPieces *yaml.Node) {
	if d, err := parseWhole("config", data); err == nil {
		whole = d.root
	}
	if d := parsePieces("config", data, nil); d != nil {
		inPieces = d.root
	}
	return whole, inPieces
}

// Current returns the name of the current context, or "".
func (f *Files) Current() (string, error) {
	docs, err := f.documents()
	if err != nil {
		return "", err
	}
	return current(docs), nil
}
