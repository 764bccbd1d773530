package kubeconfig

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

const nullTag = "!!null"

// follow returns what an alias stands for, and any other node as it is.
func follow(node *yaml.Node) *yaml.Node {
	for node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

// null reports whether there is nothing: no node, or a null.
func null(node *yaml.Node) bool {
	node = follow(node)
	return node == nil || node.Kind == 0 || node.Kind == yaml.ScalarNode && node.ShortTag() == nullTag
}

// index returns the place of a key in the content of a mapping, or -1. Of a key
// that stands there twice the last one counts, as for kubectl.
func index(mapping *yaml.Node, key string) int {
	for i := len(mapping.Content) - 2; i >= 0; i -= 2 {
		if mapping.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// own returns key and value where they stand in the mapping itself.
func own(mapping *yaml.Node, key string) (k, v *yaml.Node) {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil, nil
	}
	if i := index(mapping, key); i >= 0 {
		return mapping.Content[i], mapping.Content[i+1]
	}
	return nil, nil
}

// get returns the value of a key with aliases followed and merged mappings (<<)
// looked through, or nil.
func get(mapping *yaml.Node, key string) *yaml.Node {
	mapping = follow(mapping)
	if _, value := own(mapping, key); value != nil {
		return follow(value)
	}
	_, merged := own(mapping, "<<")
	merged = follow(merged)
	if merged == nil {
		return nil
	}
	if merged.Kind != yaml.SequenceNode {
		return get(merged, key)
	}
	for _, one := range merged.Content {
		if value := get(one, key); value != nil {
			return value
		}
	}
	return nil
}

// text returns the text of a scalar, "" for anything else.
func text(node *yaml.Node) string {
	if node = follow(node); null(node) || node.Kind != yaml.ScalarNode {
		return ""
	}
	return node.Value
}

// flag reads a boolean.
func flag(node *yaml.Node) bool {
	var on bool
	return node != nil && node.Decode(&on) == nil && on
}

// items returns the elements of a list, aliases followed.
func items(list *yaml.Node) []*yaml.Node {
	list = follow(list)
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	all := slices.Clone(list.Content)
	for i := range all {
		all[i] = follow(all[i])
	}
	return all
}

// column counts from 0, in bytes: before a key stand blanks and dashes only.
func column(node *yaml.Node) int { return node.Column - 1 }

// line counts from 0.
func line(node *yaml.Node) int { return node.Line - 1 }

func flow(node *yaml.Node) bool { return node.Style&yaml.FlowStyle != 0 }

// The nodes that a change is expected to make.

func textNode(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

func boolNode(value bool) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"}
	if value {
		node.Value = "true"
	}
	return node
}

func listNode(elements ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: elements}
}

// mapNode makes a mapping of keys and values in turn.
func mapNode(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: content}
}
