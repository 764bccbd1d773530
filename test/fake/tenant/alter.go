package tenant

import "slices"

// Alteration changes an answer, which is JSON as encoding/json decodes it.
type Alteration func(any) any

// Doubled says every element of every list twice.
func Doubled() Alteration {
	return func(value any) any {
		return walk(value, func(v any) any {
			list, ok := v.([]any)
			if !ok {
				return v
			}
			var twice []any
			for _, element := range list {
				twice = append(twice, element, element)
			}
			return twice
		})
	}
}

// Nulled says null for these keys.
func Nulled(keys ...string) Alteration {
	return each(func(object map[string]any, key string) {
		if slices.Contains(keys, key) {
			object[key] = nil
		}
	})
}

// Without leaves these keys out.
func Without(keys ...string) Alteration {
	return each(func(object map[string]any, key string) {
		if slices.Contains(keys, key) {
			delete(object, key)
		}
	})
}

// Said says a value for a key, wherever there is one.
func Said(key string, value any) Alteration {
	return each(func(object map[string]any, at string) {
		if at == key {
			object[at] = value
		}
	})
}

// Extended gives every object keys that nobody knows.
func Extended() Alteration {
	return func(value any) any {
		return walk(value, func(v any) any {
			if object, ok := v.(map[string]any); ok {
				object["futureFlag"] = true
				object["futureThings"] = []any{map[string]any{"id": 7.5}, nil}
			}
			return v
		})
	}
}

func each(change func(object map[string]any, key string)) Alteration {
	return func(value any) any {
		return walk(value, func(v any) any {
			object, ok := v.(map[string]any)
			if !ok {
				return v
			}
			for key := range object {
				change(object, key)
			}
			return object
		})
	}
}

// walk changes every value, the inner ones first.
func walk(value any, change func(any) any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = walk(inner, change)
		}
	case []any:
		for i, inner := range v {
			v[i] = walk(inner, change)
		}
	}
	return change(value)
}
