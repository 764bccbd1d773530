package store

// The statements whose plans are tested.
var (
	ActiveCheckouts = activeCheckouts
	RequestsBy      = requestsBy
)
