// Package rocketchattest is a Rocket.Chat server in the same process, as far as
// provisioning people takes one, and it keeps Rocket.Chat's rules, the odd ones too.
//
// What a real server checks it checks in the same order, and says no in the same words:
// who asks, what they may, whether the licence covers it, whether the request has the
// right shape, how often it was asked, the second factor; then the rules of the thing
// itself. It forgets to say no where Rocket.Chat does, drops in silence what Rocket.Chat
// drops, and stores half of what it then refuses. Three generations differ in their
// routes and answers; [V3_11] is the one that was observed on a running server, the
// newer ones follow its source.
//
// [Start] serves one on loopback until a test ends; the bridge has an account there, with
// a personal access token and a role of its own. [Server.Add] and its like put things
// there, [Server.Account] and its like look at them, [Server.Permit] and [Server.Forbid]
// say what the bridge may, [Server.Calls] tells what was asked and [Server.Mails] what
// would have been mailed. [Server.Rules] makes it fail on cue. Nothing in it waits for
// time to pass: the clock is an option.
//
// It knows nothing of writing messages, of links that invite, of other ways to sign in
// than a password, of password policies, or of federation beyond leaving its people alone.
package rocketchattest
