package config

// targetPrefix begins the key of every option of a target.
const targetPrefix = "target.rocketchat."

// TargetOptions returns the rows of the table that each Rocket.Chat server has of its own.
// They have no variables: those could not say which workspace they mean.
func TargetOptions() []Option { return targetOptions }

// targetOptions are the options of a Rocket.Chat server.
var targetOptions = []Option{
	{
		Key: "target.rocketchat.url", Takes: "`https://chat.example.com`",
		Doc: "Address of the server; another one counts as another server, to which everybody is delivered anew.",
		set: rocketchat(text, func(r *RocketChat) *string { return &r.URL }),
	},
	{
		Key: "target.rocketchat.allow_plaintext", Default: "false", Takes: "`true` or `false`",
		Doc: "Lets the token travel unencrypted to another machine.",
		set: rocketchat(boolean, func(r *RocketChat) *bool { return &r.AllowPlaintext }),
	},
	{
		Key: "target.rocketchat.user_id", Takes: "text",
		Doc: "Id of the account that does the work, as Rocket.Chat shows it with the token.",
		set: rocketchat(text, func(r *RocketChat) *string { return &r.UserID }),
	},
	{
		Key: "target.rocketchat.token", Secret: true, Takes: "text",
		Doc: "Personal access token of that account, made so that it ignores two-factor authentication.",
		set: rocketchat(secret, func(r *RocketChat) *Secret { return &r.Token }),
	},
	{
		Key: "target.rocketchat.token_file", Takes: "a file",
		Doc: "File to read the token from, instead.",
		set: rocketchat(text, func(r *RocketChat) *string { return &r.tokenFile }),
	},
	{
		Key: "target.rocketchat.ca_file", Takes: "a file",
		Doc: "Certificates in PEM of the authorities to trust, in place of those that the system trusts.",
		set: rocketchat(text, func(r *RocketChat) *string { return &r.CAFile }),
	},
	{
		Key: "target.rocketchat.rooms_at_deactivation", Default: "transfer", Takes: "`transfer`, `hold` or `release`",
		Doc: "What becomes of the rooms of a leaver who is their last owner: other members get them and a person decides where one would be removed, a person decides about all, or those without members are removed.",
		set: rocketchat(oneOf("transfer", "hold", "release"), func(r *RocketChat) *string { return &r.Rooms }),
	},
	{
		Key: "target.rocketchat.erasure", Takes: "`delete`, `unlink` or `keep`",
		Doc: "What the server is expected to do with the messages of the deleted, which is its setting `Message_ErasureType`; nobody is deleted while it does something else.",
		set: rocketchat(oneOf("delete", "unlink", "keep"), func(r *RocketChat) *string { return &r.Erasure }),
	},
	{
		Key: "target.rocketchat.rename_linked", Default: "false", Takes: "`true` or `false`",
		Doc: "Gives accounts that were there before the user names of the directory.",
		set: rocketchat(boolean, func(r *RocketChat) *bool { return &r.RenameLinked }),
	},
	{
		Key: "target.rocketchat.link_unverified", Default: "false", Takes: "`true` or `false`",
		Doc: "Links accounts by addresses that nobody verified, which hands a person's rights to whoever registered with their address.",
		set: rocketchat(boolean, func(r *RocketChat) *bool { return &r.LinkUnverified }),
	},
}

// rocketchat makes the setter of an option of a target.
func rocketchat[T any](parse func(string) (T, error), field func(*RocketChat) *T) setter {
	return func(to into, items []string) error {
		return store(field(to.rocketchat), parse, items[0])
	}
}
