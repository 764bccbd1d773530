package kubeconfig

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// want returns what a list or mapping must hold afterwards: its present content
// to begin with, to be changed.
func (e *editor) want(node *yaml.Node) *yaml.Node {
	if e.wants[node] == nil {
		wanted := *node
		wanted.Content = slices.Clone(node.Content)
		e.wants[node] = &wanted
	}
	return e.wants[node]
}

// wantKey sets one key of a mapping in what is wanted; nil removes it.
func (e *editor) wantKey(mapping *yaml.Node, key string, value *yaml.Node) {
	wanted := e.want(mapping)
	i := index(wanted, key)
	switch {
	case i >= 0 && value == nil:
		wanted.Content = slices.Delete(wanted.Content, i, i+2)
	case i >= 0:
		wanted.Content[i+1] = value
	case value != nil:
		wanted.Content = append(wanted.Content, textNode(key), value)
	}
}

// verify reads the new content and compares it, node by node, with what is
// wanted: our entries as we mean them, and all others as they were.
func (e *editor) verify(data []byte) error {
	got := parsePieces(e.path, data, e.pieces)
	if got == nil {
		var err error
		if got, err = parseWhole(e.path, data); err != nil {
			return e.refuse(1, "it cannot be edited by lines (%v)", err)
		}
	}
	if differs := e.compare(e.root, got.root); differs != nil || got.more {
		at := 1
		if differs != nil {
			at = max(differs.Line, 1)
		}
		return e.refuse(at, "it is written in a way that cannot be edited by lines")
	}
	return nil
}

// compare returns the first node of the old tree that is not as wanted in the
// new one, or nil. Comments are not compared: they are lines that nobody touched.
func (e *editor) compare(old, got *yaml.Node) *yaml.Node {
	if wanted := e.wants[old]; wanted != nil {
		old = wanted
	}
	if old == got {
		return nil
	}
	if old.Kind != got.Kind || old.Anchor != got.Anchor || old.Value != got.Value || len(old.Content) != len(got.Content) {
		return old
	}
	if old.Kind != yaml.AliasNode && old.ShortTag() != got.ShortTag() {
		return old
	}
	if old.Kind == yaml.MappingNode {
		return e.compareKeys(old, got)
	}
	for i := range old.Content {
		if differs := e.compare(old.Content[i], got.Content[i]); differs != nil {
			return differs
		}
	}
	return nil
}

// compareKeys compares mappings without looking at the order of their keys: one
// of ours is added where there is room for it.
func (e *editor) compareKeys(old, got *yaml.Node) *yaml.Node {
	for i := 0; i+1 < len(old.Content); i += 2 {
		key, value := own(got, old.Content[i].Value)
		if key == nil || key.Kind != old.Content[i].Kind {
			return old.Content[i]
		}
		if differs := e.compare(old.Content[i+1], value); differs != nil {
			return differs
		}
	}
	return nil
}
