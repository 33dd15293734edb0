package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"rollcall/scim"
)

// commandLine is the tree of commands.
type commandLine struct {
	globals
	Help helpFlag `short:"h" help:"Show what a command does and takes."`

	Serve      serveCommand       `cmd:"" help:"Run the server."`
	Users      usersCommands      `cmd:"" help:"Look at people and change them."`
	Groups     groupsCommands     `cmd:"" help:"Look at groups."`
	Mappings   mappingsCommands   `cmd:"" help:"Say which group gives which role, channel or team."`
	Clients    clientsCommands    `cmd:"" help:"Look at SCIM clients and change what they may do."`
	Tokens     tokensCommands     `cmd:"" help:"Make and end the bearer tokens of SCIM clients."`
	Sources    sourcesCommands    `cmd:"" help:"Pause and resume where identity comes from."`
	Sync       syncCommands       `cmd:"" help:"Read LDAP sources: preview, run, approve, look back."`
	Conflicts  conflictsCommands  `cmd:"" help:"Decide what only a person can."`
	Deliveries deliveriesCommands `cmd:"" help:"See what is still on its way to the target, and send it again."`
	Target     targetCommands     `cmd:"" help:"Look at the server that is provisioned."`
	Seats      seatsCommand       `cmd:"" help:"Count the seats."`
	Audit      auditCommands      `cmd:"" help:"Read and check the log of who changed what."`
	Config     configCommands     `cmd:"" help:"Look at the configuration."`
	Doctor     doctorCommand      `cmd:"" help:"Say what to paste into an identity provider, and what is wrong here."`
	Health     healthCommand      `cmd:"" help:"Ask the server on this machine whether it is ready."`
	Backup     backupCommand      `cmd:"" help:"Copy the SQLite database into a file, while a server may be running."`
	Restore    restoreCommand     `cmd:"" help:"Put such a copy into an empty data folder."`
	Migrate    migrateCommand     `cmd:"" help:"Bring the database up to date; serve does so by itself."`
	Version    versionCommand     `cmd:"" help:"Say which build this is."`
	Docs       docsCommand        `cmd:"" hidden:"" help:"Write the documents that are made from code."`
}

// globals are the flags of every command.
type globals struct {
	File      string `name:"config" placeholder:"FILE" help:"Configuration to read instead of ./rollcall.yaml."`
	Data      string `placeholder:"DIR" help:"Folder for what is kept (./rollcall-data)."`
	Database  string `placeholder:"URL" help:"PostgreSQL to use instead of SQLite in the data folder."`
	Workspace string `placeholder:"SLUG" help:"Workspace to work on, when there are several."`
	JSON      bool   `name:"json" help:"Print results as JSON."`
}

// dispatch finds the command that the arguments name, and runs it.
func dispatch(ctx context.Context, a *app, args []string) error {
	a.JSON = slices.Contains(args, "--json") // should the arguments make no sense
	var line commandLine
	parser, err := kong.New(&line, kong.Name("rollcall"), kong.NoDefaultHelp(),
		kong.Description("Provisions a Rocket.Chat workspace over SCIM."),
		kong.Vars{"profiles": strings.Join(scim.Profiles(), ", ")},
		kong.Writers(a.stdout, a.stderr), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return err
	}
	command, err := parser.Parse(usual(args))
	switch {
	case errors.Is(err, errHelped):
		return nil
	case err != nil:
		return usageError{err}
	}
	a.globals = line.globals
	command.BindTo(ctx, (*context.Context)(nil))
	command.Bind(a)
	return command.Run()
}

// usual understands what people try first: rollcall help, rollcall help COMMAND and
// rollcall --version.
func usual(args []string) []string {
	switch {
	case len(args) > 0 && args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	}
	return args
}

// errHelped ends the parsing of a command line that asked for help and got it.
var errHelped = errors.New("helped")

// helpFlag prints help as soon as it is seen, whatever else is missing from the line.
type helpFlag bool

// BeforeReset is called by kong for a flag that was given.
func (helpFlag) BeforeReset(c *kong.Context) error {
	if err := c.PrintUsage(false); err != nil {
		return err
	}
	return errHelped
}
