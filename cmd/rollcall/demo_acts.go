package main

import (
	"fmt"
	"strings"
)

// act is one thing that happens in the company. It returns what a person would say of
// it; empty: nothing worth it.
type act func(*demoCompany) string

// cycle is after how many steps things come round.
const cycle = 8

// What happens: first everything once, and then the ordinary life of a company, which
// takes in as many people as it lets go.
var (
	firstActs = [cycle]act{(*demoCompany).joins, (*demoCompany).marries, (*demoCompany).leaves, (*demoCompany).moves,
		(*demoCompany).nightFalls, (*demoCompany).nothing, (*demoCompany).dayBreaks, (*demoCompany).joins}
	laterActs = [cycle]act{(*demoCompany).joins, (*demoCompany).moves, (*demoCompany).leaves, (*demoCompany).marries,
		(*demoCompany).joins, (*demoCompany).leaves, (*demoCompany).tidies, (*demoCompany).nothing}
)

// step lets the next thing happen.
func (c *demoCompany) step() string {
	n := c.steps
	c.steps++
	if n < cycle {
		return firstActs[n](c)
	}
	return laterActs[n%cycle](c)
}

// somebody picks whom something happens to: an employee like most. Until the bad night is
// over nobody of Engineering is picked, so that the night takes no more than it says.
func (c *demoCompany) somebody() *employee {
	for i := range c.people {
		e := c.people[(c.steps*53+29+i)%len(c.people)]
		if !e.head && !e.double && e.left == 0 && e.mail != "" && (c.steps > cycle || e.department != engineering) {
			return e
		}
	}
	panic("everybody has left the company of the demonstration")
}

func (c *demoCompany) joins() string {
	e := c.hire(c.steps % len(departments))
	return fmt.Sprintf("%s joins %s as %s", e.fullName(), departments[e.department].name, e.title)
}

// marries changes a name, and with it the user name, the address and the name of the
// entry.
func (c *demoCompany) marries() string {
	e := c.somebody()
	before := e.fullName()
	if first, _, double := strings.Cut(e.family, "-"); double {
		e.name(first)
		return fmt.Sprintf("%s is called %s again", before, e.fullName())
	}
	_, other := demoName(e.n + len(cultures))
	e.name(e.family + "-" + other)
	return fmt.Sprintf("%s marries and is %s from now on", before, e.fullName())
}

func (c *demoCompany) leaves() string {
	e := c.somebody()
	e.left = c.steps
	return fmt.Sprintf("%s leaves; the account is disabled", e.fullName())
}

func (c *demoCompany) moves() string {
	e := c.somebody()
	from := departments[e.department].name
	e.department = max(engineering+1, (e.department+1)%len(departments))
	e.title = departments[e.department].titles[0]
	return fmt.Sprintf("%s moves from %s to %s", e.fullName(), from, departments[e.department].name)
}

// tidies removes the entries of people whose accounts have been disabled for long.
func (c *demoCompany) tidies() string {
	var stay []*employee
	for _, e := range c.people {
		if e.left == 0 || c.steps-e.left < cycle {
			stay = append(stay, e)
		}
	}
	gone := len(c.people) - len(stay)
	c.people = stay
	return fmt.Sprintf("somebody tidies up and removes %s of people who left", plural(gone, "entry", "entries"))
}

func (c *demoCompany) nightFalls() string {
	c.dark = true
	return "a bad night: somebody restores an old backup, and all of Engineering is missing"
}

func (c *demoCompany) nothing() string { return "" }

func (c *demoCompany) dayBreaks() string {
	c.dark = false
	return "the backup is mended: Engineering is back"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
