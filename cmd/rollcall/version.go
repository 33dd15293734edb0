package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

// version is set by the linker in builds that are released.
var version string

// build says which build of the program this is.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the sources, where the build recorded it
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// versionCommand is rollcall version.
type versionCommand struct{}

// Run prints the build.
func (versionCommand) Run(a *app) error {
	b := thisBuild()
	return a.print(b, func(w io.Writer) {
		fmt.Fprintf(w, "rollcall %s %s %s\n", b.Version, b.Go, b.Platform)
	})
}

// thisBuild reads what the linker and the toolchain wrote into the program.
func thisBuild() build {
	b := build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Revision = s.Value
		}
	}
	return b
}
