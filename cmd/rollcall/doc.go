// Rollcall provisions a Rocket.Chat workspace: identity providers push people and groups
// to it over SCIM 2.0, and it keeps the directory, the seats and the record of who
// changed what.
//
// This package joins the others and holds no rules of its own. It is where flags and
// files become values, values become parts, and errors become exit codes. One command
// is one file: a struct with its flags and a Run method, entered in the tree in cli.go.
// A Run method gets the [app], which opens what the command asks it for.
//
// Start reading at run in main.go. The sessions in testdata/*.txt show what every
// command answers.
package main
