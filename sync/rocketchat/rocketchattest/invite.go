package rocketchattest

import "strings"

func mailRoutes() []route {
	return []route{
		{method: "POST", name: "users.sendWelcomeEmail", since: V7, may: []string{"send-mail"}, body: pointer(closed("email!")),
			do: (*request).welcome},
		{method: "POST", name: "sendInvitationEmail", since: V7, body: pointer(closed("emails!:strings")), do: (*request).invite},
	}
}

// welcome mails a welcome to whoever has an address.
func (q *request) welcome() (object, error) {
	if !q.canMail() {
		return nil, refusal("error-email-send-failed", "SMTP is not configured", object{"method": "sendWelcomeEmail"})
	}
	email := strings.TrimSpace(str(q.body["email"]))
	a := q.addresses[fold(email)]
	if a == nil {
		return nil, refusal("error-invalid-user", "Invalid user", object{"method": "sendWelcomeEmail"})
	}
	return object{}, q.mail(Mail{To: email, Kind: MailWelcome, User: a.ID})
}

// invite mails invitations, one after the other until one fails. What is no address is
// left out without a word, and no refusal has a code of its own.
func (q *request) invite() (object, error) {
	if !q.may(q.caller, "bulk-register-user") {
		return nil, plain("Not allowed [error-not-allowed]")
	}
	valid := 0
	for _, email := range texts(q.body["emails"]) {
		if _, domain, _ := strings.Cut(email, "@"); !strings.Contains(domain, ".") || strings.ContainsAny(email, " \t<>") {
			continue
		}
		valid++
		if q.mail(Mail{To: email, Kind: MailInvitation}) != nil {
			return nil, plain("Error trying to send email: connect ECONNREFUSED [error-email-send-failed]")
		}
		q.settings["Invitation_Email_Count"] = q.count("Invitation_Email_Count") + 1
	}
	if valid == 0 {
		return nil, plain("No valid email addresses [error-email-send-failed]")
	}
	return object{}, nil
}
