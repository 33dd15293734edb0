package scim

// SchemaOf is for tests that let the library judge what is sent.
var SchemaOf = schemaOf

// StreamAbove makes s stream answers longer than n bytes.
func (s *Server) StreamAbove(n int) { s.streamAbove = n }
