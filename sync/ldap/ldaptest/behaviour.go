package ldaptest

// Behaviour is how a server limits what it gives, and how it fails. The zero value is a
// server that does neither.
type Behaviour struct {
	PageCap   int  // most entries of a page, whatever is asked for; 0: no cap
	RangeCap  int  // most values of an attribute, the rest to be asked for by range; 0: no cap
	SizeLimit int  // most entries of a search without pages, which then ends with code 4; 0: no limit
	OneCookie bool // every page has the same cookie, as with Samba and 389 Directory Server
	Referrals bool // every page ends with references to elsewhere
	NoPages   bool // the paged results control is unknown, and refused when it is critical
	Ignores   bool // the paged results control is unknown and passed over: all comes at once

	// What happens to a search before its entry number At, counted from 0 over all pages.
	At     int
	Code   int         // it ends with this result code
	Text   string      // which is explained by this
	Hang   bool        // nothing is sent any more
	Reset  bool        // the connection is reset
	Raw    []byte      // these bytes are sent in place of the entry
	Before func(n int) // is called before every entry

	NoControl  bool // pages end without the paged results control
	Loop       bool // the first page comes again and again, each time with another cookie unless there is one for all
	BindCode   int  // every bind is answered with this code
	BindText   string
	BindHang   bool // binds are not answered
	ResetAfter int  // the connection is reset after so many bytes; 0: not

	RefuseTLS  bool // StartTLS is answered with code 52
	SilentTLS  bool // StartTLS is agreed to, and then nothing is said
	InjectTLS  bool // more follows in the clear after the answer to StartTLS
	Expired    bool // the certificate ended yesterday
	OtherHost  bool // the certificate is for ldap.example.com
	Diagnostic int  // the code of a notice of disconnection, sent in place of the first answer
}
