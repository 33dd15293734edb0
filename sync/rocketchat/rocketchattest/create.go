package rocketchattest

// createUser makes an account. It is not one step: what fails after the account was stored
// leaves it there.
func (q *request) createUser() (object, error) {
	values, hasFields := q.body["customFields"].(object)
	if err := q.nameSigns(q.body); err != nil {
		return nil, err
	}
	if hasFields {
		if err := q.validFields(values); err != nil {
			return nil, err
		}
	}
	if err := q.validUser("", q.body); err != nil {
		return nil, err
	}
	a, err := q.insert()
	if err != nil {
		return nil, err
	}
	if err := q.greet(a); err != nil {
		return nil, err
	}
	q.keepFields(a, values)
	if active, given := flag(q.body, "active"); given {
		if err := q.activate(a, active, false); err != nil {
			return nil, err
		}
	}
	return object{"user": q.stored(a)}, nil
}

// insert stores a new account.
func (q *request) insert() (*Account, error) {
	roles, _ := wantedRoles(q.body)
	if len(roles) == 0 {
		roles = q.defaultUserRoles()
	}
	email := str(q.body["email"])
	if err := q.roomFor(nil, roles, "user"); err != nil {
		return nil, err
	}
	if err := q.acceptable(email); err != nil {
		return nil, err
	}
	a := q.add(q.newAccount(email, roles))
	if join, given := flag(q.body, "joinDefaultChannels"); join || !given {
		q.joinDefaults(a)
	}
	return a, nil
}

// acceptable asks whether the workspace takes an address; none at all is as good.
func (s *Server) acceptable(email string) error {
	if email == "" {
		return nil
	}
	return s.validDomain(email)
}

// newAccount is what is stored of a new account. A status text is not, though the request
// may have one.
func (q *request) newAccount(email string, roles []string) Account {
	a := Account{Username: str(q.body["username"]), Name: str(q.body["name"]), Nickname: str(q.body["nickname"]),
		Bio: str(q.body["bio"]), Extension: str(q.body["freeSwitchExtension"]), Password: str(q.body["password"]),
		Roles: roles, Active: q.settings["Accounts_ManuallyApproveNewUsers"] != true,
		EmailCode: q.settings["Accounts_TwoFactorAuthentication_By_Email_Auto_Opt_In"] == true}
	if !a.Active {
		a.InactiveReason = "pending_approval"
	}
	if email != "" {
		verified, _ := flag(q.body, "verified")
		a.Emails = []Email{{email, verified}}
	}
	a.RequireChange, _ = flag(q.body, "requirePasswordChange")
	if random, _ := flag(q.body, "setRandomPassword"); random {
		a.Password, a.RequireChange = q.id(17), true
	}
	return a
}

// joinDefaults puts a new account into the rooms for everybody.
func (s *Server) joinDefaults(a *Account) {
	for _, r := range s.roomsInOrder() {
		if r.Default {
			s.join(r, a.ID)
		}
	}
}

// greet mails a new account what was asked for.
func (q *request) greet(a *Account) error {
	if welcome, _ := flag(q.body, "sendWelcomeEmail"); welcome {
		if err := q.mail(Mail{To: a.Email(), Kind: MailWelcome, User: a.ID}); err != nil {
			return err
		}
	}
	if random, _ := flag(q.body, "setRandomPassword"); random {
		return q.mail(Mail{To: a.Email(), Kind: MailPassword, User: a.ID})
	}
	return nil
}
