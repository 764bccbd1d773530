package aws

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
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

// count notes a call, waits as long as the test wants, and returns the fault it
// planted.
func (s *Server) count(action string) error {
	s.mu.Lock()
	s.calls[action]++
	fault, planted := s.faults[action]
	s.mu.Unlock()
	if planted {
		return refuse(fault.Status, fault.Code, fault.Message)
	}
	return nil
}

// Fail makes an action fail until it is called with the zero Fault.
func (s *Server) Fail(action string, fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.faults, action)
	if fault != (Fault{}) {
		s.faults[action] = fault
	}
}

// writeXML answers a query API.
func writeXML(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(body)
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
	body.Error.Type, body.Error.Code, body.Error.Message = "Sender", refused.code, refused.message
	w.Header().Set("x-amzn-RequestId", body.RequestID)
	writeXML(w, refused.status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// refuseJSON answers a REST API of JSON.
func refuseJSON(w http.ResponseWriter, err error) {
	refused := asAPIError(err)
	w.Header().Set("x-amzn-ErrorType", refused.code)
	w.Header().Set("x-amzn-RequestId", requestID())
	writeJSON(w, refused.status, map[string]string{"message": refused.message})
}

func requestID() string {
	id := randomID(16)
	return fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[20:])
}
