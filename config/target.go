package config

// RocketChat is the configuration of a Rocket.Chat server that a workspace provisions.
type RocketChat struct {
	URL            string
	AllowPlaintext bool
	UserID         string
	Token          Secret // also what token_file names
	CAFile         string
	Rooms          string
	Erasure        string
	RenameLinked   bool
	LinkUnverified bool

	path      string // target.rocketchat, or workspaces[1].target.rocketchat
	tokenFile string
}

// Path returns the full path of a key, such as target.rocketchat.url for url.
func (r *RocketChat) Path(key string) string { return r.path + "." + key }

// settleTarget decides every option of the target of a workspace, if it has one.
func (l *loader) settleTarget(w *Workspace) {
	at := w.targetPath()
	r := &RocketChat{path: at + ".rocketchat"}
	switch {
	case l.lines[at] == 0:
		return
	case l.lines[r.path] == 0:
		l.faults = append(l.faults, l.config.Fault(at, "no target is named", "add rocketchat: with its keys, or leave target out"))
		return
	}
	for i := range targetOptions {
		o := &targetOptions[i]
		l.settle(o, r.Path(o.inTarget()), into{config: l.config, workspace: w, rocketchat: r})
	}
	l.readToken(r)
	w.RocketChat = r
}

// targetPath returns where the target of a workspace stands: beside the only workspace, or
// in each of several.
func (w *Workspace) targetPath() string {
	if w.path == "workspace" {
		return "target"
	}
	return w.Path("target")
}

// readToken reads the token from its file, and wants one at most.
func (l *loader) readToken(r *RocketChat) {
	if r.tokenFile == "" {
		return
	}
	if r.Token != "" {
		l.faults = append(l.faults, l.config.Fault(r.Path("token_file"), "token is set as well", "keep one of the two"))
		return
	}
	content, err := l.readValue(r.tokenFile)
	if err != nil {
		l.faults = append(l.faults, l.config.Fault(r.Path("token_file"), err.Error(), "it has to hold the token and nothing else"))
	}
	r.Token = content
}
