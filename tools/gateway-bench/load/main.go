// Load drives a server with chat requests and prints what it saw as one line of JSON.
//
//	load rate     requests a second over keep-alive connections
//	load added    what a server adds to one request at a time, alternating with the model server itself
//	load streams  many streams at once: whole, refused or cut; first byte, gaps; processor time an event
//	load soak     a steady load for minutes; memory and descriptors of the server
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

var modes = map[string]func([]string) (any, error){
	"rate":    rate,
	"added":   added,
	"streams": streams,
	"soak":    soak,
}

func main() {
	if len(os.Args) < 2 || modes[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: load rate|added|streams|soak [flags]")
		os.Exit(2)
	}
	result, err := modes[os.Args[1]](os.Args[2:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
