package rocketchattest

import "slices"

// MailKind is why a mail is sent.
type MailKind string

// Why the server mails.
const (
	MailWelcome      MailKind = "welcome"
	MailPassword     MailKind = "password"      // with a new password in it
	MailChanged      MailKind = "email changed" // to the old address
	MailVerification MailKind = "verification"
	MailActivated    MailKind = "activated"
	MailDeactivated  MailKind = "deactivated"
	MailInvitation   MailKind = "invitation"
	MailCode         MailKind = "code"   // of the second factor
	MailFactor       MailKind = "factor" // the second factor was reset
	MailKey          MailKind = "key"    // the key of encrypted messages was reset
)

// Mail is a mail that the server would have sent.
type Mail struct {
	To   string
	Kind MailKind
	User string // the account that it is about; empty: none
}

// Mails returns what the server would have sent, in order.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// FailMail lets those mails fail that it says yes to; nil: none. Rules of the server may
// depend on it, so it must not call the server.
func (s *Server) FailMail(fails func(Mail) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failMail = fails
}

// mail sends a mail, if there is somebody to send it through.
func (s *Server) mail(m Mail) error {
	if !s.canMail() || s.failMail != nil && s.failMail(m) {
		return refusal("error-email-send-failed", "Error trying to send email: connect ECONNREFUSED",
			object{"method": "sendMail", "message": "connect ECONNREFUSED"})
	}
	s.mails = append(s.mails, m)
	return nil
}

// canMail reports whether a mail server is set.
func (s *Server) canMail() bool {
	return str(s.settings["SMTP_Host"]) != ""
}
