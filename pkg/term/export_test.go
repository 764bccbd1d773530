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
