// Package scim is the front door for identity providers: SCIM 2.0 as RFC 7643 and
// RFC 7644 write it, and as Okta, Entra and the others really speak it.
//
// A request is authenticated before anything else is looked at, then its body is
// decoded strictly, normalised by the provider's profile, checked against the
// directory's attribute table and handed to the directory as a change. The front
// decides nothing about people or groups; it decodes, asks and renders.
//
// # What is promised
//
// A body that can be read in two ways is refused, never guessed at. What a provider
// gets wrong in a known and harmless way is put right by a rewrite that has a name
// and is counted. Every refusal is a SCIM error whose detail names the attribute and
// says what to do. Nothing is answered without a valid token, on no path.
//
// # Where to start reading
//
// routes.go lists every endpoint, server.go shows what happens to a request on its
// way there, users.go and groups.go are the handlers. The parts that think are pure
// and stand alone: json.go (the decoder), filter.go, patch.go, normalise.go and
// project.go. error.go is the one place where the directory's kinds of errors meet
// HTTP's. From github.com/elimity-com/scim come the schema model behind discovery
// and the error values, from github.com/scim2/filter-parser the grammar of attribute
// paths and expressions.
package scim
