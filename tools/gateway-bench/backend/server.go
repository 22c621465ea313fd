package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Server answers every connection on its own goroutine. Its pace can be changed while it runs (POST /pace).
type server struct {
	first, interval                 atomic.Int64 // nanoseconds
	requests, active, whole, aborts atomic.Int64
}

func newServer(first, interval time.Duration) *server {
	s := &server{}
	s.first.Store(int64(first))
	s.interval.Store(int64(interval))
	return s
}

func (s *server) serve(listener net.Listener) error {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go s.converse(connection)
	}
}

// Converse reads requests from one connection until the client leaves or sends something that is no request.
func (s *server) converse(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReaderSize(connection, 8192)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil || s.answer(connection, reader, request, body) != nil || request.Close {
			return
		}
	}
}

func (s *server) answer(connection net.Conn, reader *bufio.Reader, request *http.Request, body []byte) error {
	switch path := request.URL.Path; {
	case strings.HasSuffix(path, "/completions"):
		s.requests.Add(1)
		time.Sleep(time.Duration(s.first.Load()))
		if asked := parse(body); asked.stream {
			return s.stream(connection, reader, asked.events)
		}
		return send(connection, chatResponse)
	case path == "/v1/models":
		return send(connection, modelsResponse)
	case path == "/pace":
		return s.changePace(connection, request)
	case path == "/stats":
		return send(connection, jsonResponse(fmt.Sprintf(`{"requests":%d,"active":%d,"whole":%d,"aborted":%d}`,
			s.requests.Load(), s.active.Load(), s.whole.Load(), s.aborts.Load())))
	default: // health and what routers ask about a server before they use it
		return send(connection, jsonResponse(`{}`))
	}
}

func (s *server) changePace(connection net.Conn, request *http.Request) error {
	query := request.URL.Query()
	for name, setting := range map[string]*atomic.Int64{"first": &s.first, "interval": &s.interval} {
		if text := query.Get(name); text != "" {
			value, err := time.ParseDuration(text)
			if err != nil {
				return err
			}
			setting.Store(int64(value))
		}
	}
	return send(connection, jsonResponse(`{}`))
}

func send(connection net.Conn, response []byte) error {
	_, err := connection.Write(response)
	return err
}
