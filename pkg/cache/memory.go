package cache

import (
	"bytes"
	"fmt"
	"sync"
)

// Memory keeps nothing on disk: what it holds ends with the process.
func Memory() Store { return &memory{held: map[string][]byte{}} }

type memory struct {
	mu   sync.Mutex
	held map[string][]byte
}

func (m *memory) Get(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.held[name]
	if !ok {
		return nil, miss(name)
	}
	return bytes.Clone(data), nil
}

func (m *memory) Put(name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(data) > maxData {
		return fmt.Errorf("%q: %d bytes are too many", name, len(data))
	}
	m.held[name] = append([]byte{}, data...)
	return nil
}

func (m *memory) Delete(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.held, name)
	return nil
}

func (m *memory) Clear() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.held)
	return nil
}
