package rocketchat

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	bridgesync "rollcall/sync"
)

// facts are what a delivery leaves for the next one. Without them the account is read and
// compared whole, and nothing that is there is taken away.
type facts struct {
	Linked bool              `json:"linked,omitempty"` // the account was there before
	Active bool              `json:"active"`           // as it was left
	Digest string            `json:"digest,omitempty"` // of everything that was wanted but that
	Sent   map[string]string `json:"sent,omitempty"`   // profile values that are ours, by key
	Given  []string          `json:"given,omitempty"`  // ids of roles that are ours
	Kept   []string          `json:"kept,omitempty"`   // ids of roles that were there before
	Rooms  []membership      `json:"rooms,omitempty"`  // that are granted
}

// readFacts reads what the last delivery left. What cannot be read is as good as nothing.
func readFacts(text []byte) (f facts, known bool) {
	if len(text) == 0 || json.Unmarshal(text, &f) != nil {
		return facts{}, false
	}
	return f, true
}

func (f facts) text() ([]byte, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encode facts: %w", err)
	}
	return text, nil
}

// digest tells what is wanted of an account, but whether it is active, from anything else.
func digest(want *bridgesync.Desired, profile map[string]string) (string, error) {
	text, err := json.Marshal(struct {
		Names   any
		Profile map[string]string
		Grants  any
	}{want.Names, profile, want.Grants})
	if err != nil {
		return "", fmt.Errorf("encode what is wanted: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))[:16], nil
}
