package aws

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// apiError is a refusal in AWS's words.
type apiError struct {
	status        int
	code, message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func refuse(status int, code, message string) error { return &apiError{status, code, message} }

func asAPIError(err error) *apiError {
	if refused, ok := errors.AsType[*apiError](err); ok {
		return refused
	}
	return &apiError{http.StatusInternalServerError, "InternalFailure", err.Error()}
}

// fault says whose it is, in the words of the query APIs.
func (e *apiError) fault() string {
	if e.status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

// namesOfREST are the codes that the REST services have for what the query
// services call otherwise.
func namesOfREST() map[string]string {
	return map[string]string{
		"ExpiredToken":               "ExpiredTokenException",
		"IncompleteSignature":        "IncompleteSignatureException",
		"InvalidClientTokenId":       "UnrecognizedClientException",
		"MissingAuthenticationToken": "MissingAuthenticationTokenException",
		"SignatureDoesNotMatch":      "InvalidSignatureException",
	}
}

type errorResponse struct {
	XMLName xml.Name `xml:"ErrorResponse"`
	XMLNS   string   `xml:"xmlns,attr"`
	Error   struct {
		Type, Code, Message string
	}
	RequestID string `xml:"RequestId"`
}

func refuseXML(w http.ResponseWriter, namespace string, err error) {
	refused := asAPIError(err)
	body := errorResponse{XMLNS: namespace, RequestID: requestID()}
	body.Error.Type, body.Error.Code, body.Error.Message = refused.fault(), refused.code, refused.message
	w.Header().Set("x-amzn-RequestId", body.RequestID)
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(refused.status)
	_ = xml.NewEncoder(w).Encode(body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// refuseREST answers a REST API of JSON.
func refuseREST(w http.ResponseWriter, err error) {
	refused := asAPIError(err)
	code := refused.code
	if name, differs := namesOfREST()[code]; differs {
		code = name
	}
	w.Header().Set("x-amzn-ErrorType", code)
	w.Header().Set("x-amzn-RequestId", requestID())
	writeJSON(w, refused.status, map[string]string{"message": refused.message})
}

func requestID() string {
	id := strings.ToLower(randomID(16))
	return fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[20:])
}
