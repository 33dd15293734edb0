package directory

// foreseen lists what c will ask the store about before anything else, so that a store
// far away can look it up on the way. It is a guess: what the workspace's settings add
// to a person is not known yet.
func foreseen(by Actor, c Change) []Claim {
	put, ok := c.(PutUser)
	if !ok || put.User.ID != "" {
		return nil
	}
	p := &passage{by: by, ws: &Workspace{}}
	return []Claim{p.claim(put.User.Clone())}
}
