// Backend is a model server that costs next to nothing: it answers like the recorded vLLM and does no work, so that a
// measurement through a gateway shows the gateway.
//
// It speaks just enough HTTP/1.1 on bare connections; net/http would take a third of the core that it shares with the
// load generator.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"strings"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9000", "addresses to listen on, with commas between them")
	first := flag.Duration("first", 0, "wait before the first byte of every answer")
	interval := flag.Duration("interval", 50*time.Millisecond, "time between the events of a stream")
	flag.Parse()

	server := newServer(*first, *interval)
	failed := make(chan error)
	for _, address := range strings.Split(*listen, ",") {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("listening on", listener.Addr())
		go func() { failed <- server.serve(listener) }()
	}
	log.Fatal(<-failed)
}
