package term

// Ranked are the names that are like what was typed, the best first.
func Ranked(names []string, typed string) (ranked []string) {
	c := choice{names: names}
	c.narrow(typed)
	if c.said != "" {
		return nil
	}
	for _, index := range c.left {
		ranked = append(ranked, names[index])
	}
	return ranked
}

// Chosen is the name that is chosen by what was typed, if any.
func Chosen(names []string, typed string) (name string, ok bool) {
	c := choice{names: names}
	c.narrow("")
	index, ok := c.answer(typed)
	return names[index], ok
}
