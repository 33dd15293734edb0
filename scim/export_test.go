package scim

// StreamAbove makes s stream answers longer than n bytes.
func (s *Server) StreamAbove(n int) { s.streamAbove = n }
