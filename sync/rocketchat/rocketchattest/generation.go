package rocketchattest

// Generation is a range of versions of Rocket.Chat that behave alike. The zero value
// stands for the newest.
type Generation int

// The generations, from the oldest.
const (
	V3_11 Generation = iota + 1 // as observed
	V7                          // typed routes, no second factor for new accounts
	V8                          // the newest
)

// String returns the version that a server of that generation says it has.
func (g Generation) String() string {
	switch g {
	case V3_11:
		return "3.11.1"
	case V7:
		return "7.13.9"
	default:
		return "8.8.1"
	}
}
