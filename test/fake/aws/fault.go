package aws

import (
	"context"
	"maps"
	"time"
)

// Fault makes an action fail, for tests of what a person reads then. AWS
// throttles the query APIs with 400 Throttling, EKS with 429
// ThrottlingException.
type Fault struct {
	Status  int
	Code    string
	Message string
	Region  string // where it fails; empty: in every region
	Times   int    // how many calls fail; zero: all, until Fail is called with the zero Fault
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

// SetLatency makes every answer wait this long.
func (s *Server) SetLatency(latency time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = latency
}

// Calls counts the calls of each action so far, refused ones included.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// count notes a call and returns the fault that a test planted.
func (s *Server) count(action, region string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[action]++
	fault, planted := s.faults[action]
	if !planted || fault.Region != "" && fault.Region != region {
		return nil
	}
	if fault.Times == 1 {
		delete(s.faults, action)
	} else if fault.Times > 1 {
		fault.Times--
		s.faults[action] = fault
	}
	return refuse(fault.Status, fault.Code, fault.Message)
}

// wait holds an answer back. It reports whether the client is still there.
func (s *Server) wait(ctx context.Context) bool {
	s.mu.Lock()
	latency := s.latency
	s.mu.Unlock()
	if latency == 0 {
		return true
	}
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
