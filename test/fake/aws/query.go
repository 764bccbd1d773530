package aws

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
)

// maxBody bounds what is read of a request.
const maxBody = 1 << 20

// readBody reads the body and leaves it to be read again.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", err.Error())
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// readCall reads the parameters of a query API: of a GET from the URL, else from
// the body. The version is part of what is asked for.
func readCall(r *http.Request, version string) (url.Values, error) {
	text := r.URL.RawQuery
	if r.Method != http.MethodGet {
		body, err := readBody(r)
		if err != nil {
			return nil, err
		}
		text = string(body)
	}
	form, err := url.ParseQuery(text)
	switch {
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "MalformedQueryString", err.Error())
	case form.Get("Action") == "":
		return nil, refuse(http.StatusBadRequest, "MissingAction", "Missing Action")
	case form.Get("Version") != version:
		return nil, unknownAction(form.Get("Action"), form.Get("Version"))
	}
	return form, nil
}

func unknownAction(action, version string) error {
	return refuse(http.StatusBadRequest, "InvalidAction", "Could not find operation "+action+" for version "+version)
}

// element is a piece of an answer.
type element struct {
	name     string
	text     string
	children elements
}

type elements []element

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

// writeResult answers an action of a query API.
func writeResult(w http.ResponseWriter, namespace, action string, result elements) {
	id := requestID()
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("x-amzn-RequestId", id)
	start := xml.StartElement{Name: xml.Name{Local: action + "Response"}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}}
	_ = xml.NewEncoder(w).EncodeElement(element{action + "Response", "", elements{
		{action + "Result", "", result},
		{"ResponseMetadata", "", elements{{"RequestId", id, nil}}},
	}}, start)
}

// asJSON is the same answer for who accepts JSON only, as aws-iam-authenticator
// does.
func (es elements) asJSON(action string) map[string]any {
	return map[string]any{action + "Response": map[string]any{
		action + "Result":  es.fields(),
		"ResponseMetadata": map[string]string{"RequestId": requestID()},
	}}
}

func (es elements) fields() map[string]any {
	fields := map[string]any{}
	for _, e := range es {
		if fields[e.name] = e.text; e.children != nil {
			fields[e.name] = e.children.fields()
		}
	}
	return fields
}
