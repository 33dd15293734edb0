// Package config turns flags, environment variables and rollcall.yaml into one checked
// [Config].
//
// Everything that can be configured is a row of one table, see [Options]: its key in
// the file, its variable, its default, whether it is a secret, how a value is checked
// and one sentence about it. Loading, the listing of config show and the manual in
// docs/configuration.md all read that table, so they cannot tell different stories.
//
// The package keeps two promises. A configuration is judged whole: [Load] returns every
// fault at once, each with the line or variable it comes from and a hint, and other
// packages add theirs through [Config.Fault]. And every value remembers its [Origin],
// so that the console can show a setting as locked where an operator has fixed it.
//
// A flag wins over a variable, a variable over the file, the file over the default. For
// every variable there is a second one ending in _FILE that names a file to read the
// value from. This is the only package that looks at the environment of the process.
//
// Start reading at [Load]; options.go and options_source.go are the table.
package config
