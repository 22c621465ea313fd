package main

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"time"

	"headway.dev/gateway-bench/wire"
)

// Outcome is what one client saw of one stream.
type outcome struct {
	status     int
	retryAfter string
	refusal    time.Duration // to the end of a refusal
	firstByte  time.Duration // from the request to the first event, connecting included
	gaps       []time.Duration
	events     int
	whole      bool // [DONE] came, then a clean end
	fault      string
}

func stream(target wire.Target, request []byte, limit time.Duration) outcome {
	began := time.Now()
	conn, err := target.Dial()
	if err != nil {
		return outcome{fault: "connect: " + plain(err)}
	}
	defer conn.Close()
	conn.SetDeadline(began.Add(limit))
	if _, err := conn.Write(request); err != nil {
		return outcome{fault: "write: " + plain(err)}
	}
	reader := bufio.NewReaderSize(conn, 4096)
	head, err := wire.ReadHead(reader)
	if err != nil {
		return outcome{fault: "head: " + plain(err)}
	}
	seen := outcome{status: head.Status, retryAfter: head.RetryAfter}
	if head.Status != 200 {
		head.Drop(reader)
		seen.refusal = time.Since(began)
		return seen
	}
	seen.follow(bufio.NewReaderSize(head.Body(reader), 4096), began)
	return seen
}

var (
	data     = []byte("data:")
	done     = []byte("[DONE]")
	errorKey = []byte(`{"error"`)
)

// Follow reads the stream to its end and keeps the time of each event.
func (o *outcome) follow(reader *bufio.Reader, began time.Time) {
	finished := false
	previous := began
	for {
		line, err := reader.ReadSlice('\n')
		if bytes.HasPrefix(line, data) {
			now := time.Now()
			content := bytes.TrimSpace(line[len(data):])
			switch {
			case bytes.Equal(content, done):
				finished = true
			case bytes.HasPrefix(content, errorKey):
				o.fault = "error event"
			case o.events == 0:
				o.firstByte = now.Sub(began)
				o.events++
			default:
				o.gaps = append(o.gaps, now.Sub(previous))
				o.events++
			}
			previous = now
		}
		if err != nil {
			o.whole = finished && o.fault == "" && err.Error() == "EOF"
			if !o.whole && o.fault == "" {
				o.fault = fmt.Sprintf("cut: %s", plain(err))
			}
			return
		}
	}
}

// Plain is an error without the addresses, so that equal ones count together.
func plain(err error) string {
	text := err.Error()
	return text[strings.LastIndex(text, ": ")+1:]
}
