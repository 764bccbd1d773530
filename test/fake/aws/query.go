package aws

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// readForm reads the body of a query API and leaves it to be read again.
func readForm(r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	return url.ParseQuery(string(body))
}

// element is a piece of an XML answer.
type element struct {
	name     string
	text     string
	children []element
}

// MarshalXML implements xml.Marshaler.
func (e element) MarshalXML(encoder *xml.Encoder, start xml.StartElement) error {
	start.Name.Local = e.name
	if e.children == nil {
		return encoder.EncodeElement(e.text, start)
	}
	if err := encoder.EncodeToken(start); err != nil {
		return err
	}
	for _, child := range e.children {
		if err := encoder.EncodeElement(child, xml.StartElement{Name: xml.Name{Local: child.name}}); err != nil {
			return err
		}
	}
	return encoder.EncodeToken(start.End())
}

func writeElement(w http.ResponseWriter, status int, namespace string, e element) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	start := xml.StartElement{Name: xml.Name{Local: e.name}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}}
	_ = xml.NewEncoder(w).EncodeElement(e, start)
}
