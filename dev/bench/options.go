package main

import (
	"errors"
	"flag"
	"io"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	users   int           // stored in the large folder
	clerks  int           // stored in the folder that reads and writes are measured on
	members int           // of the large group
	slice   time.Duration // how long one thing is measured before it is the next one's turn
	rounds  int           // how often each has its turn
	limit   time.Duration
	only    string
	json    string
	dir     string
	program string
	profile string
	quick   bool

	child string   // which part this process plays for another one
	args  []string // and what it has to know for that
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&o.users, "users", 1_000_000, "people in the large folder")
	f.IntVar(&o.clerks, "staff", 10_000, "people in the folder for reads and writes")
	f.IntVar(&o.members, "members", 100_000, "members of the large group")
	f.DurationVar(&o.slice, "slice", time.Second, "how long each thing is measured at a time")
	f.IntVar(&o.rounds, "rounds", 7, "how often each thing is measured")
	f.DurationVar(&o.limit, "limit", 20*time.Minute, "end everything after so long")
	f.StringVar(&o.only, "only", "", "measure only these chapters, of "+chapterNames())
	f.StringVar(&o.json, "json", "", "write the table as JSON to this `file` too")
	f.StringVar(&o.dir, "dir", "", "folder on the disk to measure (the system's for temporary files)")
	f.StringVar(&o.program, "program", "", "measure this `file` instead of building the program")
	f.StringVar(&o.profile, "profile", "", "write processor profiles of the hot paths into this `folder`, no table")
	f.BoolVar(&o.quick, "quick", false, "smaller numbers, in under two minutes")
	f.StringVar(&o.child, "child", "", "used by bench itself: the part a second process plays")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.args = f.Args()
	if o.quick {
		shrink(f, &o)
	}
	return o, o.check()
}

// shrink makes what was not asked for otherwise small.
func shrink(f *flag.FlagSet, o *options) {
	given := make(map[string]bool)
	f.Visit(func(g *flag.Flag) { given[g.Name] = true })
	for name, value := range map[string]string{
		"users": "40000", "staff": "2000", "members": "10000", "slice": "300ms", "rounds": "3",
	} {
		if !given[name] {
			if err := f.Set(name, value); err != nil {
				panic(err) // the values above are well formed
			}
		}
	}
}

func (o options) check() error {
	switch {
	case o.child == "" && len(o.args) > 0:
		return errors.New("there is an argument too many")
	case o.rounds < 1 || o.slice <= 0:
		return errors.New("-rounds and -slice must be more than nothing")
	case o.clerks < 1000 || o.users < 10_000:
		return errors.New("-staff must be at least 1000 and -users at least 10000")
	case o.members > o.users/2:
		return errors.New("-members must be at most half of -users")
	}
	return nil
}

func chapterNames() string {
	names := make([]string, len(chapters))
	for i, c := range chapters {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}
