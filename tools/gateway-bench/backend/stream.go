package main

import (
	"bufio"
	"net"
	"time"
)

// Stream writes one event every interval, each in a write of its own, and stops as soon as the client is gone.
//
// The times are absolute, so that a late event does not delay those behind it.
func (s *server) stream(connection net.Conn, reader *bufio.Reader, events int) error {
	s.active.Add(1)
	defer s.active.Add(-1)
	// Peek returns when the client leaves, or when it sends its next request after the answer.
	left := make(chan error, 1)
	go func() {
		_, err := reader.Peek(1)
		left <- err
	}()
	if err := s.events(connection, events, left); err != nil {
		s.aborts.Add(1)
		return err
	}
	s.whole.Add(1)
	return <-left
}

func (s *server) events(connection net.Conn, events int, left chan error) error {
	waiting := left // nil once the next request is here: then nothing more can be learned
	interval := time.Duration(s.interval.Load())
	next := time.Now()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for i := range events {
		if i > 0 {
			next = next.Add(interval)
			timer.Reset(time.Until(next))
			select {
			case <-timer.C:
			case err := <-waiting:
				if err != nil {
					return err
				}
				waiting = nil
				left <- nil
				<-timer.C
			}
		}
		if err := send(connection, streamPart(i, events)); err != nil {
			return err
		}
	}
	return send(connection, streamEnd)
}
